//! Redirects: from an exchange back to what was called.

use super::{exchange::Exchange, records::ConsoleLine, run::Run};

/// The hops that led to an exchange, the first one first, without itself; `find` gives an exchange by its id.
pub fn hops_to<'r>(
    last: &Exchange,
    find: impl Fn(&str) -> Option<&'r Exchange>,
) -> Vec<&'r Exchange> {
    let mut chain: Vec<&Exchange> = Vec::new();
    let mut before = last.redirected_from.as_deref();
    // A record that was tampered with may go round in a circle.
    while let Some(hop) = before.and_then(&find) {
        if hop.id == last.id || chain.iter().any(|met| met.id == hop.id) {
            break;
        }
        chain.push(hop);
        before = hop.redirected_from.as_deref();
    }
    chain.reverse();
    chain
}

impl Run {
    /// The exchange of that id.
    pub fn exchange(&self, id: &str) -> Option<&Exchange> {
        let mut exchanges = self.steps().flat_map(|(_, step)| &step.exchanges);
        exchanges.find(|exchange| exchange.id == id)
    }

    /// The console line of that id.
    pub fn console_line(&self, id: &str) -> Option<&ConsoleLine> {
        let mut lines = self.steps().flat_map(|(_, step)| &step.console);
        lines.find(|line| line.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{ChecklistRun, StepRun};

    fn run(hops: &[(&str, Option<&str>)]) -> Run {
        let hop = |(id, from): &(&str, Option<&str>)| {
            let text = serde_json::json!({
                "id": id, "redirected_from": from, "url": "https://preview.example/", "outcome": "pending",
            });
            serde_json::from_value(text).expect("an exchange")
        };
        let step = StepRun {
            exchanges: hops.iter().map(hop).collect(),
            ..StepRun::default()
        };
        let list = ChecklistRun {
            steps: vec![StepRun::default(), step],
            ..ChecklistRun::default()
        };
        Run {
            checklists: vec![list],
            ..Run::default()
        }
    }

    fn ids(run: &Run, last: &str) -> Vec<String> {
        let last = run.exchange(last).expect("it is there");
        let hops = hops_to(last, |id| run.exchange(id));
        hops.iter().map(|hop| hop.id.clone()).collect()
    }

    #[test]
    fn a_chain_begins_with_what_was_called() {
        let run = run(&[
            ("e1", None),
            ("e2", Some("e1")),
            ("e3", Some("e2")),
            ("e4", Some("e9")),
        ]);
        assert_eq!(ids(&run, "e3"), ["e1", "e2"]);
        assert_eq!(ids(&run, "e1"), [""; 0]);
        assert_eq!(ids(&run, "e4"), [""; 0], "a hop that isn't there");
    }

    #[test]
    fn a_circle_ends() {
        let run = run(&[
            ("e1", Some("e3")),
            ("e2", Some("e1")),
            ("e3", Some("e2")),
            ("e4", Some("e4")),
        ]);
        assert_eq!(ids(&run, "e3"), ["e1", "e2"]);
        assert_eq!(ids(&run, "e4"), [""; 0]);
    }
}
