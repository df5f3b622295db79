//! Every crossing by itself: what it cost, and from which line it was made.
//!
//! The adapter's time is booked to the crossing it is spent for as it passes,
//! so that the samples of a run add up to what the ledger says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A line of the program that enters the core.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    pub file: String,
    pub line: u32,
    /// What is called there.
    pub name: String,
}

/// A crossing that has not been left.
#[derive(Debug)]
struct Open {
    /// The fiber that waits for it.
    fiber: usize,
    site: usize,
    entered_nanos: u64,
    adapter_nanos: u64,
    entered_bytes: u64,
    waiting_bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    site: usize,
    wall_nanos: u64,
    adapter_nanos: u64,
}

/// How many crossings are kept one by one; the rest are only counted.
const SAMPLE_LIMIT: usize = 200_000;

/// The crossings of one side.
#[derive(Debug, Default)]
pub struct CrossingLog {
    sites: Vec<CallSite>,
    /// By number, and so in the order in which they were entered.
    open: BTreeMap<u64, Open>,
    /// The crossings that are open on each fiber, innermost last.
    of_fibers: Vec<Vec<u64>>,
    samples: Vec<Sample>,
    waiting_bytes: Vec<u64>,
    /// Adapter time while no crossing was open (a loop's closing, say).
    outside_nanos: u64,
}

impl CrossingLog {
    /// Numbers rise from crossing to crossing.
    pub fn enter(
        &mut self,
        crossing: u64,
        fiber: usize,
        (file, line, name): (&str, u32, &str),
        now: u64,
        live_bytes: u64,
    ) {
        let known = self
            .sites
            .iter()
            .position(|known| known.line == line && known.name == name && known.file == file);
        let site = known.unwrap_or_else(|| {
            self.sites.push(CallSite {
                file: file.to_owned(),
                line,
                name: name.to_owned(),
            });
            self.sites.len() - 1
        });
        let open = Open {
            fiber,
            site,
            entered_nanos: now,
            adapter_nanos: 0,
            entered_bytes: live_bytes,
            waiting_bytes: None,
        };
        self.open.insert(crossing, open);
        if self.of_fibers.len() <= fiber {
            self.of_fibers.resize_with(fiber + 1, Vec::new);
        }
        self.of_fibers[fiber].push(crossing);
    }

    pub fn leave(&mut self, crossing: u64, now: u64) {
        let Some(open) = self.open.remove(&crossing) else {
            return;
        };
        if let Some(of_fiber) = self.of_fibers.get_mut(open.fiber) {
            of_fiber.retain(|&other| other != crossing);
        }
        if self.samples.len() < SAMPLE_LIMIT {
            self.samples.push(Sample {
                site: open.site,
                wall_nanos: now.saturating_sub(open.entered_nanos),
                adapter_nanos: open.adapter_nanos,
            });
            self.waiting_bytes.extend(open.waiting_bytes);
        }
    }

    /// Books adapter time: to the innermost crossing of the fiber that spent
    /// it, else to the oldest that is open, for which a loop's fiber works.
    pub fn book(&mut self, fiber: usize, nanos: u64) {
        let own = self.of_fibers.get(fiber).and_then(|open| open.last());
        let open = match own {
            Some(crossing) => self.open.get_mut(crossing),
            None => self.open.values_mut().next(),
        };
        match open {
            Some(open) => open.adapter_nanos += nanos,
            None => self.outside_nanos += nanos,
        }
    }

    /// Everything waits: what the calls that wait have added to memory.
    pub fn note_waiting(&mut self, live_bytes: u64) {
        let waiting = self.open.len() as u64;
        for open in self.open.values_mut() {
            if open.waiting_bytes.is_none() {
                open.waiting_bytes = Some(live_bytes.saturating_sub(open.entered_bytes) / waiting);
            }
        }
    }

    pub fn is_open_on(&self, fiber: usize) -> bool {
        self.of_fibers
            .get(fiber)
            .is_some_and(|open| !open.is_empty())
    }

    /// The call sites of the crossings that are open, oldest first.
    pub fn open_sites(&self) -> impl Iterator<Item = (usize, &CallSite)> {
        self.open
            .values()
            .map(|open| (open.fiber, &self.sites[open.site]))
    }

    /// Bytes a call held while it waited, at the median.
    pub fn waiting_call_bytes(&self) -> u64 {
        let mut bytes = self.waiting_bytes.clone();
        bytes.sort_unstable();
        bytes.get(bytes.len() / 2).copied().unwrap_or(0)
    }

    pub fn report(&self) -> CrossingReport {
        let all = |_: &Sample| true;
        CrossingReport {
            adapter: self.distribution(all, |sample| sample.adapter_nanos),
            wall: self.distribution(all, |sample| sample.wall_nanos),
            outside_ns: self.outside_nanos,
            waiting_call_bytes: self.waiting_call_bytes(),
            sites: (0..self.sites.len())
                .map(|site| SiteReport {
                    site: self.sites[site].clone(),
                    adapter: self
                        .distribution(|sample| sample.site == site, |sample| sample.adapter_nanos),
                    wall: self
                        .distribution(|sample| sample.site == site, |sample| sample.wall_nanos),
                })
                .collect(),
        }
    }

    fn distribution(
        &self,
        of: impl Fn(&Sample) -> bool,
        value: impl Fn(&Sample) -> u64,
    ) -> Distribution {
        Distribution::of(
            self.samples
                .iter()
                .filter(|sample| of(sample))
                .map(value)
                .collect(),
        )
    }
}

/// How a quantity is spread, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    pub count: u64,
    pub total_ns: u64,
    pub min_ns: u64,
    pub median_ns: u64,
    pub p99_ns: u64,
    pub max_ns: u64,
    /// How many were below each bound and not below the one before. The
    /// bounds double.
    pub histogram: Vec<Bucket>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub below_ns: u64,
    pub count: u64,
}

impl Distribution {
    pub fn of(mut values: Vec<u64>) -> Distribution {
        values.sort_unstable();
        let (Some(&min_ns), Some(&max_ns)) = (values.first(), values.last()) else {
            return Distribution::default();
        };
        let mut histogram: Vec<Bucket> = Vec::new();
        for &value in &values {
            let below_ns = (value + 1).next_power_of_two();
            match histogram.last_mut() {
                Some(last) if last.below_ns == below_ns => last.count += 1,
                _ => histogram.push(Bucket { below_ns, count: 1 }),
            }
        }
        Distribution {
            count: values.len() as u64,
            total_ns: values.iter().sum(),
            min_ns,
            median_ns: quantile(&values, 0.5),
            p99_ns: quantile(&values, 0.99),
            max_ns,
            histogram,
        }
    }
}

/// The smallest of sorted values that this share of them does not exceed.
pub fn quantile(sorted: &[u64], share: f64) -> u64 {
    match sorted.len() {
        0 => 0,
        count => sorted[((count as f64 * share).ceil() as usize).clamp(1, count) - 1],
    }
}

/// The crossings of one side, taken together and by call site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossingReport {
    /// What the adapter took of each crossing.
    pub adapter: Distribution,
    /// How long each took in all.
    pub wall: Distribution,
    /// The adapter's time outside any crossing.
    pub outside_ns: u64,
    /// Bytes a call held while it waited, at the median.
    pub waiting_call_bytes: u64,
    pub sites: Vec<SiteReport>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteReport {
    #[serde(flatten)]
    pub site: CallSite,
    pub adapter: Distribution,
    pub wall: Distribution,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(line: u32) -> (&'static str, u32, &'static str) {
        ("shell.py", line, "price")
    }

    #[test]
    fn adapter_time_goes_to_the_crossing_it_is_spent_for() {
        let mut log = CrossingLog::default();
        log.book(0, 5);
        log.enter(1, 0, site(4), 10, 0);
        log.enter(2, 3, site(9), 10, 0);
        log.book(3, 100);
        // A loop's fiber works for the oldest crossing.
        log.book(7, 20);
        log.leave(1, 30);
        log.leave(2, 50);
        let report = log.report();
        let at: Vec<_> = report
            .sites
            .iter()
            .map(|site| (site.site.line, site.adapter.total_ns, site.wall.max_ns))
            .collect();
        assert_eq!(at, [(4, 20, 20), (9, 100, 40)]);
        assert_eq!((report.outside_ns, report.adapter.total_ns), (5, 120));
    }

    #[test]
    fn distribution_of_a_hundred_values() {
        let spread = Distribution::of((1..=100).rev().collect());
        assert_eq!(
            (
                spread.min_ns,
                spread.median_ns,
                spread.p99_ns,
                spread.max_ns
            ),
            (1, 50, 99, 100)
        );
        assert_eq!(
            spread
                .histogram
                .iter()
                .map(|bucket| bucket.count)
                .sum::<u64>(),
            100
        );
        assert_eq!(
            spread.histogram[0],
            Bucket {
                below_ns: 2,
                count: 1
            }
        );
    }

    #[test]
    fn waiting_calls_share_what_memory_grew_by() {
        let mut log = CrossingLog::default();
        log.enter(1, 0, site(1), 0, 1_000);
        log.enter(2, 1, site(1), 0, 1_000);
        log.note_waiting(3_000);
        log.leave(1, 1);
        log.leave(2, 1);
        assert_eq!(log.report().waiting_call_bytes, 1_000);
    }
}
