//! Time beyond noise: medians of a route that lie far apart.

use std::collections::BTreeMap;

use super::{Side, Which, model::TimingDifference, names::Names, routes::counts};

/// A network and a busy machine make a call three times as slow now and then.
const TIMES: f64 = 3.0;
const MILLISECONDS: f64 = 500.0;

pub(super) fn differences(a: Side<'_>, b: Side<'_>, names: &Names) -> Vec<TimingDifference> {
    let in_b = medians(b, Which::B, names);
    let both = medians(a, Which::A, names).into_iter();
    both.filter_map(|(route, a)| {
        let b = *in_b.get(&route)?;
        let (quick, slow) = (a.min(b), a.max(b));
        let is_beyond_noise = slow > quick * TIMES && slow - quick > MILLISECONDS;
        is_beyond_noise.then(|| TimingDifference {
            route,
            a_ms: whole(a),
            b_ms: whole(b),
        })
    })
    .collect()
}

fn medians(side: Side<'_>, which: Which, names: &Names) -> BTreeMap<String, f64> {
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let exchanges = side.run.steps().flat_map(|(_, step)| &step.exchanges);
    for exchange in exchanges.filter(|it| counts(it, side)) {
        let is_fetched = exchange.answer().is_some_and(|answer| !answer.from_cache);
        if let (true, Some(total)) = (is_fetched, exchange.timings.total) {
            let route = names.route(which, exchange);
            times.entry(route).or_default().push(total);
        }
    }
    let medians = times.into_iter().map(|(route, mut times)| {
        times.sort_by(f64::total_cmp);
        (route, times[times.len() / 2])
    });
    medians.collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds of a call, never negative"
)]
fn whole(milliseconds: f64) -> u64 {
    milliseconds.round().max(0.0) as u64
}
