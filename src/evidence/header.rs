//! Headers, whose texts a run keeps once however often they are sent.

use std::{collections::HashSet, sync::Arc};

use serde::{Deserialize, Serialize};

/// A header, its value already redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The name as it was sent.
    pub name: Arc<str>,
    /// The value.
    pub value: Arc<str>,
}

impl Header {
    /// A header as it was sent, its value redacted before.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// The value of the first header of that name, in whatever case.
pub(super) fn find_header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| &*header.value)
}

/// The texts of all headers of a run. A browser sends the same dozen with every request, so that a long run would
/// hold more of them than of all else together.
#[derive(Default)]
pub(super) struct HeaderTexts(HashSet<Arc<str>>);

impl HeaderTexts {
    /// Leaves one copy of each text, and no room to grow.
    pub(super) fn share(&mut self, headers: &mut Vec<Header>) {
        headers.shrink_to_fit();
        for header in headers {
            self.share_text(&mut header.name);
            self.share_text(&mut header.value);
        }
    }

    fn share_text(&mut self, text: &mut Arc<str>) {
        if let Some(known) = self.0.get(text) {
            *text = Arc::clone(known);
        } else {
            self.0.insert(Arc::clone(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_kept_once() {
        let mut first = vec![Header::new("Accept", "*/*"), Header::new("X-A", "1")];
        let mut second = vec![Header::new("Accept", "*/*"), Header::new("X-A", "2")];
        let before = (first.clone(), second.clone());
        let mut texts = HeaderTexts::default();
        texts.share(&mut first);
        texts.share(&mut second);
        assert!(Arc::ptr_eq(&first[0].name, &second[0].name));
        assert!(Arc::ptr_eq(&first[0].value, &second[0].value));
        assert!(!Arc::ptr_eq(&first[1].value, &second[1].value));
        assert_eq!((first, second), before);
    }

    #[test]
    fn a_header_is_found_in_any_case() {
        let headers = [Header::new("Content-Type", "text/html")];
        assert_eq!(find_header(&headers, "content-type"), Some("text/html"));
        assert_eq!(find_header(&headers, "accept"), None);
    }
}
