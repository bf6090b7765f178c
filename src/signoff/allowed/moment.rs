//! Times as allowed signers files write them: `YYYYMMDD[HHMM[SS]]`, of this zone, or with `Z` behind them of UTC.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A time; `None` when it is none to OpenSSH.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (digits, is_utc) = without_utc(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let number = |from: usize, to: usize, most: i16| -> Option<i16> {
        let Some(text) = digits.get(from..to) else {
            return Some(0);
        };
        text.parse().ok().filter(|number| *number <= most)
    };
    let year = number(0, 4, 9999)?;
    let month = number(4, 6, 12).filter(|month| *month > 0)?;
    let day = number(6, 8, 31).filter(|day| *day > 0)?;
    let hour = number(8, 10, 23)?;
    let minute = number(10, 12, 59)?;
    let second = number(12, 14, 61)?;
    // C counts on: the 31st of February is a day in March, the 60th second begins a minute.
    let month = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
    let date = month
        .checked_add(SignedDuration::from_hours(24 * i64::from(day - 1)))
        .ok()?;
    let time = date
        .at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0)
        .checked_add(SignedDuration::from_secs(i64::from(second)))
        .ok()?;
    let zone = if is_utc { &TimeZone::UTC } else { zone };
    zone.to_timestamp(time).ok()
}

fn without_utc(text: &str) -> (&str, bool) {
    for (end, shortest) in [("Z", 1), ("UTC", 3)] {
        let at = text
            .len()
            .checked_sub(end.len())
            .filter(|_| text.len() > shortest);
        if let Some((start, found)) = at.and_then(|at| text.split_at_checked(at))
            && found.eq_ignore_ascii_case(end)
        {
            return (start, true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_openssh_reads_them() {
        for (text, expected) in [
            ("20261121Z", Some("2026-11-21T00:00:00Z")),
            ("202611211425z", Some("2026-11-21T14:25:00Z")),
            ("20261121142559UTC", Some("2026-11-21T14:25:59Z")),
            ("20260231Z", Some("2026-03-03T00:00:00Z")),
            ("20261231235960Z", Some("2027-01-01T00:00:00Z")),
            ("20261121", Some("2026-11-20T22:00:00Z")),
            ("20261321Z", None),
            ("20261100Z", None),
            ("202611212460Z", None),
            ("2026112Z", None),
            ("2026-11-21", None),
            ("", None),
            ("Z", None),
        ] {
            let zone = TimeZone::fixed(jiff::tz::offset(2));
            let expected = expected.and_then(|time| time.parse().ok());
            assert_eq!(moment(text, &zone), expected, "{text}");
        }
    }
}
