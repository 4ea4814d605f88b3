//! The table of all events.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::event::Event;

/// How often an event took place on one rank, and for how many seconds in all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Total {
    count: u64,
    seconds: f64,
}

/// An event on all ranks: of the ranks' seconds the least, the sum, and the most.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    count: u64,
    ranks: usize,
    least: f64,
    sum: f64,
    most: f64,
}

/// The events of one rank, to be sent.
pub(super) fn of_rank(events: &[Event]) -> String {
    let mut totals: BTreeMap<String, Total> = BTreeMap::new();
    for event in events {
        let total = totals.entry(event.what.family()).or_default();
        total.count += 1;
        total.seconds += event.end - event.begin;
    }
    let told = totals.into_iter().map(|(name, Total { count, seconds })| (name, json!([count, seconds])));
    Value::Object(told.collect::<Map<_, _>>()).to_string()
}

/// The table, rank by rank.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<String, Row>,
    ranks: usize,
}

impl Table {
    /// Adds what a rank has sent.
    pub fn add(&mut self, told: &str) {
        self.ranks += 1;
        let Ok(Value::Object(totals)) = serde_json::from_str(told) else { return };
        for (name, total) in totals {
            let count = total[0].as_u64().unwrap_or(0);
            let seconds = total[1].as_f64().unwrap_or(0.0);
            let none = Row { count: 0, ranks: 0, least: f64::INFINITY, sum: 0.0, most: 0.0 };
            let row = self.rows.entry(name).or_insert(none);
            row.count += count;
            row.ranks += 1;
            row.least = row.least.min(seconds);
            row.sum += seconds;
            row.most = row.most.max(seconds);
        }
    }

    /// The table in words, what took longest first.
    pub fn text(&self, left_out: u64) -> String {
        let ranks = self.ranks;
        let mut text = format!(
            "heffte {}, {ranks} rank{}: seconds of each rank in all its events of a name, and what these count on all ranks\n\n",
            env!("CARGO_PKG_VERSION"),
            if ranks == 1 { "" } else { "s" }
        );
        let mut line = |cells: [&str; 5]| {
            let [name, count, least, mean, most] = cells;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:<40}{count:>10}{least:>16}{mean:>16}{most:>16}");
        };
        line(["event", "count", "min", "mean", "max"]);
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by(|(_, a), (_, b)| b.sum.total_cmp(&a.sum));
        for (name, row) in rows {
            // A rank without the event spent no time in it.
            let least = if row.ranks < ranks { 0.0 } else { row.least };
            let [least, mean, most] = [least, row.sum / ranks as f64, row.most].map(|seconds| format!("{seconds:.9}"));
            line([name, &row.count.to_string(), &least, &mean, &most]);
        }
        if left_out > 0 {
            let _ = writeln!(text, "\n{left_out} events came when there was no more room, and are left out");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::What;

    fn event(name: &str, begin: f64, end: f64) -> Event {
        Event { what: What::Mark(name.into()), begin, end, thread: 0 }
    }

    #[test]
    fn a_row_has_the_least_mean_and_most_of_what_ranks_spent() {
        let mut table = Table::default();
        table.add(&of_rank(&[event("a", 1.0, 2.0), event("a", 4.0, 4.5), event("b", 0.0, 8.0)]));
        table.add(&of_rank(&[event("a", 1.0, 1.5)]));
        let text = table.text(0);
        let rows: Vec<Vec<&str>> = text.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["b", "1", "0.000000000", "4.000000000", "8.000000000"]);
        assert_eq!(rows[2], ["a", "3", "0.500000000", "1.000000000", "1.500000000"]);
        assert!(text.starts_with(concat!("heffte ", env!("CARGO_PKG_VERSION"), ", 2 ranks: ")), "{text}");
        assert!(table.text(7).ends_with("\n7 events came when there was no more room, and are left out\n"));
    }
}
