//! What is called the same on both sides though it lies elsewhere: a target's own origins, ids in paths.

use url::Url;

use super::Which;
use crate::detect::is_id;
use crate::evidence::{Exchange, TargetFacts};

/// Origins of each side and what they are called here.
#[derive(Debug)]
pub(super) struct Names {
    a: Vec<(String, String)>,
    b: Vec<(String, String)>,
}

impl Names {
    /// A target's own origin is called nothing, so that only the path stays; of further origins, those that only one
    /// side declares stand for each other in their order.
    pub(super) fn of(a: &TargetFacts, b: &TargetFacts) -> Self {
        let (own_a, further_a) = origins(a);
        let (own_b, further_b) = origins(b);
        let mut names = Self {
            a: own_a.into_iter().map(|own| (own, String::new())).collect(),
            b: own_b.into_iter().map(|own| (own, String::new())).collect(),
        };
        let only_a = further_a
            .iter()
            .filter(|origin| !further_b.contains(origin));
        let only_b = further_b
            .iter()
            .filter(|origin| !further_a.contains(origin));
        let twins = only_a.zip(only_b);
        names.b.extend(twins.map(|(a, b)| (b.clone(), a.clone())));
        // `https://a.example:80` begins like `https://a.example:8080`: the longer one is tried first.
        for side in [&mut names.a, &mut names.b] {
            side.sort_by_key(|(origin, _)| std::cmp::Reverse(origin.len()));
        }
        names
    }

    fn on(&self, side: Which) -> &[(String, String)] {
        match side {
            Which::A => &self.a,
            Which::B => &self.b,
        }
    }

    /// A call by its route: `POST /api/quotes/*/sign`.
    pub(super) fn route(&self, side: Which, exchange: &Exchange) -> String {
        let route = exchange.route();
        let origin = exchange.origin();
        let own = self.on(side).iter().find(|(known, _)| *known == origin);
        let route = match own {
            Some((known, name)) => format!("{name}{}", &route[known.len()..]),
            None => route,
        };
        format!("{} {route}", exchange.method)
    }

    /// A text with the side's own origins called as they are on both.
    pub(super) fn text(&self, side: Which, text: &str) -> String {
        let names = self.on(side).iter();
        names.fold(text.to_owned(), |text, (origin, name)| {
            let name = if name.is_empty() { "{target}" } else { name };
            text.replace(origin, name)
        })
    }

    /// A finding's title without what differs from run to run: where it lies, ids in paths.
    pub(super) fn title(&self, side: Which, title: &str) -> String {
        let text = self.text(side, title);
        let words = text.split(' ').map(|word| {
            let folded = word
                .split('/')
                .map(|part| if is_id(part) { "*" } else { part });
            if word.contains('/') {
                folded.collect::<Vec<_>>().join("/")
            } else {
                word.to_owned()
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// The origins that are the target itself, and the further ones that belong to it.
fn origins(target: &TargetFacts) -> (Vec<String>, Vec<String>) {
    let led_to = target
        .final_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok());
    let led_to = led_to.map(|url| url.origin().ascii_serialization());
    let mut own: Vec<String> = target.origins.iter().take(1).cloned().collect();
    own.extend(led_to.filter(|origin| !own.contains(origin)));
    let further = target.origins.iter().skip(1);
    let further = further.filter(|origin| !own.contains(origin)).cloned();
    let further = further.collect();
    (own, further)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Outcome, Resource};

    fn target(origins: &[&str], final_url: Option<&str>) -> TargetFacts {
        TargetFacts {
            origins: origins.iter().map(|it| (*it).to_owned()).collect(),
            final_url: final_url.map(str::to_owned),
            ..TargetFacts::default()
        }
    }

    fn get(url: &str) -> Exchange {
        let json = serde_json::json!({"id": "e1", "url": url, "resource": Resource::Fetch, "outcome": Outcome::Pending});
        serde_json::from_value(json).expect("an exchange")
    }

    #[test]
    fn origins_of_two_targets_stand_for_each_other() {
        let shared = "https://cdn.example";
        let a = target(
            &["http://localhost:808", "https://up.preview", shared],
            Some("http://localhost:8080/home"),
        );
        let b = target(&["https://live.example", shared, "https://up.live"], None);
        let names = Names::of(&a, &b);
        for (side, url, expected) in [
            (Which::A, "http://localhost:808/api/q/7?x=1", "GET /api/q/*"),
            (Which::A, "http://localhost:8080/api/q", "GET /api/q"),
            (Which::B, "https://live.example/api/q/8", "GET /api/q/*"),
            (Which::A, "https://up.preview/f", "GET https://up.preview/f"),
            (Which::B, "https://up.live/f", "GET https://up.preview/f"),
            (
                Which::B,
                "https://cdn.example/f",
                "GET https://cdn.example/f",
            ),
            (
                Which::B,
                "https://else.example/f",
                "GET https://else.example/f",
            ),
        ] {
            assert_eq!(names.route(side, &get(url)), expected, "{url}");
        }
        assert_eq!(
            names.title(Which::B, "POST https://live.example/q/12 answered 500"),
            "POST {target}/q/* answered 500"
        );
    }
}
