"""Holds a sign-off against the readers of others: in_toto.py statement FILE, or in_toto.py envelope FILE PUBLIC_KEY

Says what is wrong and ends with 1; says nothing and ends with 0.
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from google.protobuf.json_format import Parse
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def statement(text):
    """A field that in-toto doesn't know is an error, and so is one that lacks."""
    Statement.copy_from_pb(Parse(text, statement_pb2.Statement())).validate()


def envelope(text, line):
    """The signature is the key's, over a payload that is a statement."""
    blob = base64.b64decode(line.split()[1])
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    key = SSlibKey.from_crypto(load_ssh_public_key(line.encode()), keyid=f"SHA256:{digest}")
    signed = Envelope.from_dict(json.loads(text))
    if signed.payload_type != PAYLOAD_TYPE:
        raise ValueError(f"the payload is of type {signed.payload_type}")
    signed.verify([key], 1)
    statement(signed.payload)


def main(what, *files):
    texts = [open(file, encoding="utf-8").read() for file in files]
    {"statement": statement, "envelope": envelope}[what](*texts)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
