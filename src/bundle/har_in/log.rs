//! The archive from its first byte to its last: one entry in memory at a time, whatever its size.

use std::{
    collections::HashSet,
    fmt,
    io::{self, BufRead},
};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    entry::{Entry, Page, Pair, Product},
    exchange::exchange,
    loose::{list, part},
};
use crate::config::Contract;
use crate::evidence::{Exchange, Redactor};

/// So many values of cookies and keys are looked for: each costs a little with every text that is cleaned.
const MOST_SECRETS: usize = 500;

/// What was read of an archive.
#[derive(Default)]
pub(super) struct Log {
    pub(super) creator: Product,
    pub(super) browser: Product,
    pub(super) pages: Vec<Page>,
    /// Each exchange with its page.
    pub(super) exchanges: Vec<(String, Exchange)>,
    /// Whether there was a list of entries at all.
    has_entries: bool,
    /// Values of cookies and keys that were met already.
    met: HashSet<String>,
}

/// Reads an archive; an error says where it stands.
pub(super) fn read(
    mut from: impl BufRead,
    redactor: &Redactor,
    contracts: &[Contract],
) -> Result<Log, serde_json::Error> {
    skip_mark(&mut from).map_err(serde_json::Error::io)?;
    let mut log = Log::default();
    let mut json = serde_json::Deserializer::from_reader(from);
    let reading = Reading {
        redactor,
        contracts,
        log: &mut log,
    };
    Whole(reading).deserialize(&mut json)?;
    json.end()?;
    if !log.has_entries {
        let why = "it has no `log` with `entries`, so it is no HTTP archive";
        return Err(serde::de::Error::custom(why));
    }
    Ok(log)
}

/// Windows' tools put a byte order mark before UTF-8.
fn skip_mark(from: &mut impl BufRead) -> io::Result<()> {
    if from.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        from.consume(3);
    }
    Ok(())
}

struct Reading<'a> {
    redactor: &'a Redactor,
    contracts: &'a [Contract],
    log: &'a mut Log,
}

impl Reading<'_> {
    fn take(&mut self, entry: Entry) {
        if entry.request.url.is_empty() {
            return;
        }
        self.learn(&entry.request.headers);
        let page = entry.pageref.clone();
        let exchange = exchange(entry, self.redactor, |method, path| {
            self.contracts
                .iter()
                .any(|contract| contract.speaks_of(method, path))
        });
        self.log.exchanges.push((page, exchange));
    }
}

impl Reading<'_> {
    /// What a request brought as its cookies or its key may stand elsewhere too: in an answer that a finding quotes.
    fn learn(&mut self, headers: &[Pair]) {
        for Pair { name, value } in headers {
            match name.to_ascii_lowercase().as_str() {
                "cookie" => {
                    let values = value.split(';').filter_map(|pair| pair.split_once('='));
                    for (_, value) in values {
                        if self.is_new(value.trim()) {
                            self.redactor.learn_stored("cookie", value.trim());
                        }
                    }
                }
                "authorization" | "proxy-authorization" => {
                    let key = value.rsplit(' ').next().unwrap_or_default();
                    if self.is_new(key) {
                        self.redactor.learn("authorization", key);
                    }
                }
                _ => {}
            }
        }
    }

    fn is_new(&mut self, value: &str) -> bool {
        let met = &mut self.log.met;
        met.len() < MOST_SECRETS && !met.contains(value) && met.insert(value.to_owned())
    }
}

/// `{ "log": … }`
struct Whole<'a>(Reading<'a>);
/// What stands behind `log`.
struct Inner<'a, 'l>(&'a mut Reading<'l>);
/// What stands behind `entries`.
struct Entries<'a, 'l>(&'a mut Reading<'l>);

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an HTTP archive: an object with `log`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut pairs: A) -> Result<(), A::Error> {
        while let Some(key) = pairs.next_key::<String>()? {
            match key.as_str() {
                "log" => pairs.next_value_seed(Inner(&mut self.0))?,
                _ => drop(pairs.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Inner<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Inner<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `log` of an HTTP archive, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        while let Some(key) = pairs.next_key::<String>()? {
            match key.as_str() {
                "creator" => self.0.log.creator = pairs.next_value::<Loose<Product>>()?.0,
                "browser" => self.0.log.browser = pairs.next_value::<Loose<Product>>()?.0,
                "pages" => self.0.log.pages = pairs.next_value::<Pages>()?.0,
                "entries" => {
                    pairs.next_value_seed(Entries(self.0))?;
                    self.0.log.has_entries = true;
                }
                _ => drop(pairs.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `entries` of an HTTP archive, a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(Loose(entry)) = items.next_element::<Loose<Entry>>()? {
            self.0.take(entry);
        }
        Ok(())
    }
}

/// An object, or whatever stands in its place.
struct Loose<T>(T);
/// A list of pages, or whatever stands in its place.
struct Pages(Vec<Page>);

impl<'de, T: super::loose::Part> serde::Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        part(from).map(Self)
    }
}

impl<'de> serde::Deserialize<'de> for Pages {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        list(from).map(Self)
    }
}
