//! The archive from its first byte to its last: one entry in memory at a time, whatever its size.

use std::{
    collections::HashSet,
    io::{self, BufRead},
};

use serde::Deserializer;

use super::{
    cut::Cutter,
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
    let mut reading = Reading {
        redactor,
        contracts,
        log: Log::default(),
    };
    let mut json = Cutter::new(from);
    json.members(
        "an HTTP archive: an object with `log`",
        |json, key| match key {
            "log" => reading.log(json),
            _ => json.skip(),
        },
    )?;
    json.end()?;
    if !reading.log.has_entries {
        let why = "it has no `log` with `entries`, so it is no HTTP archive";
        return Err(serde::de::Error::custom(why));
    }
    Ok(reading.log)
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
    log: Log,
}

impl Reading<'_> {
    /// What stands behind `log`.
    fn log(&mut self, json: &mut Cutter<impl BufRead>) -> Result<(), serde_json::Error> {
        json.members("the `log` of an HTTP archive, an object", |json, key| {
            match key {
                "creator" => self.log.creator = json.take::<Loose<Product>>()?.0,
                "browser" => self.log.browser = json.take::<Loose<Product>>()?.0,
                "pages" => self.log.pages = json.take::<Pages>()?.0,
                "entries" => {
                    json.items("the `entries` of an HTTP archive, a list", |json| {
                        self.take(json.take::<Loose<Entry>>()?.0);
                        Ok(())
                    })?;
                    self.log.has_entries = true;
                }
                _ => json.skip()?,
            }
            Ok(())
        })
    }

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
