// Fields that nobody should read in a picture. Prepended to the scripts that look for them.
const PRIVATE = "input[type=password],[autocomplete~=one-time-code],[autocomplete*=cc-],[data-private]";

// A document and the open shadow roots in it: no selector and no sheet of the one reaches into the other.
const rootsOf = (root) => [root, ...[...root.querySelectorAll("*")].filter((element) => element.shadowRoot).flatMap((element) => rootsOf(element.shadowRoot))];
