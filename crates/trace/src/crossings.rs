//! Every crossing by itself: what it cost, and from which line it was made.
//!
//! The adapter's time is booked to the crossing it is spent for as it passes,
//! so that the samples of a run add up to what the ledger says.

use std::collections::VecDeque;

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
    /// Its number; 0 once it was left.
    number: u64,
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
    /// Those that are open, each at its place; places are used again.
    places: Vec<Open>,
    free: Vec<usize>,
    /// The places of the crossings that are open on each fiber, innermost last.
    of_fibers: Vec<Vec<usize>>,
    /// Numbers and places in the order of entering; some may have been left,
    /// but not the first.
    order: VecDeque<(u64, usize)>,
    samples: Vec<Sample>,
    waiting_bytes: Vec<u64>,
    /// Adapter time while no crossing was open (a loop's closing, say).
    outside_nanos: u64,
}

impl CrossingLog {
    /// The number of a call site, for [`CrossingLog::enter`].
    pub fn site(&mut self, file: &str, line: u32, name: &str) -> usize {
        let known = self
            .sites
            .iter()
            .position(|known| known.line == line && known.name == name && known.file == file);
        known.unwrap_or_else(|| {
            self.sites.push(CallSite {
                file: file.to_owned(),
                line,
                name: name.to_owned(),
            });
            self.sites.len() - 1
        })
    }

    /// What is called at a site.
    pub fn name_at(&self, site: usize) -> &str {
        &self.sites[site].name
    }

    /// Numbers rise from crossing to crossing, from 1.
    pub fn enter(&mut self, crossing: u64, fiber: usize, site: usize, now: u64, live_bytes: u64) {
        let open = Open {
            number: crossing,
            fiber,
            site,
            entered_nanos: now,
            adapter_nanos: 0,
            entered_bytes: live_bytes,
            waiting_bytes: None,
        };
        let place = match self.free.pop() {
            Some(place) => {
                self.places[place] = open;
                place
            }
            None => {
                self.places.push(open);
                self.places.len() - 1
            }
        };
        if self.of_fibers.len() <= fiber {
            self.of_fibers.resize_with(fiber + 1, Vec::new);
        }
        self.of_fibers[fiber].push(place);
        if self.order.len() > 2 * self.places.len() + 64 {
            let places = &self.places;
            self.order
                .retain(|&(number, place)| places[place].number == number);
        }
        self.order.push_back((crossing, place));
    }

    /// `fiber`: the one that is most likely to have entered it.
    pub fn leave(&mut self, crossing: u64, fiber: usize, now: u64) {
        let Some((fiber, at)) = self.find(crossing, fiber) else {
            return;
        };
        let place = self.of_fibers[fiber].remove(at);
        self.free.push(place);
        let open = &mut self.places[place];
        open.number = 0;
        if self.samples.len() < SAMPLE_LIMIT {
            self.samples.push(Sample {
                site: open.site,
                wall_nanos: now.saturating_sub(open.entered_nanos),
                adapter_nanos: open.adapter_nanos,
            });
            self.waiting_bytes.extend(open.waiting_bytes);
        }
        while let Some(&(number, place)) = self.order.front()
            && self.places[place].number != number
        {
            self.order.pop_front();
        }
    }

    /// The fiber on which a crossing is open, and where on it.
    fn find(&self, crossing: u64, likely: usize) -> Option<(usize, usize)> {
        let on = |fiber: usize| {
            let places = self.of_fibers.get(fiber)?;
            let at = places
                .iter()
                .rposition(|&place| self.places[place].number == crossing)?;
            Some((fiber, at))
        };
        on(likely).or_else(|| (0..self.of_fibers.len()).find_map(on))
    }

    /// Books adapter time: to the innermost crossing of the fiber that spent
    /// it, else to the oldest that is open, for which a loop's fiber works.
    pub fn book(&mut self, fiber: usize, nanos: u64) {
        let own = self.of_fibers.get(fiber).and_then(|open| open.last());
        let oldest = || self.order.front().map(|(_, place)| place);
        match own.or_else(oldest) {
            Some(&place) => self.places[place].adapter_nanos += nanos,
            None => self.outside_nanos += nanos,
        }
    }

    /// Everything waits: what the calls that wait have added to memory.
    pub fn note_waiting(&mut self, live_bytes: u64) {
        let waiting = (self.places.len() - self.free.len()) as u64;
        for open in &mut self.places {
            if open.number != 0 && open.waiting_bytes.is_none() {
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
        self.order.iter().filter_map(|&(number, place)| {
            let open = &self.places[place];
            (open.number == number).then(|| (open.fiber, &self.sites[open.site]))
        })
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

    fn enter(log: &mut CrossingLog, crossing: u64, fiber: usize, line: u32, live_bytes: u64) {
        let site = log.site("shell.py", line, "price");
        log.enter(crossing, fiber, site, 10, live_bytes);
    }

    #[test]
    fn adapter_time_goes_to_the_crossing_it_is_spent_for() {
        let mut log = CrossingLog::default();
        log.book(0, 5);
        enter(&mut log, 1, 0, 4, 0);
        enter(&mut log, 2, 3, 9, 0);
        log.book(3, 100);
        // A loop's fiber works for the oldest crossing.
        log.book(7, 20);
        log.leave(1, 0, 30);
        // Somebody else may end it.
        log.leave(2, 0, 50);
        log.book(3, 1);
        let report = log.report();
        let at: Vec<_> = report
            .sites
            .iter()
            .map(|site| (site.site.line, site.adapter.total_ns, site.wall.max_ns))
            .collect();
        assert_eq!(at, [(4, 20, 20), (9, 100, 40)]);
        assert_eq!((report.outside_ns, report.adapter.total_ns), (6, 120));
    }

    #[test]
    fn oldest_crossing_is_known_when_others_come_and_go() {
        let mut log = CrossingLog::default();
        enter(&mut log, 1, 0, 1, 0);
        for number in 2..1_000 {
            enter(&mut log, number, 1, 2, 0);
            log.leave(number, 1, 20);
        }
        enter(&mut log, 1_000, 2, 3, 0);
        let lines = |log: &CrossingLog| -> Vec<u32> {
            log.open_sites().map(|(_, site)| site.line).collect()
        };
        assert_eq!(lines(&log), [1, 3]);
        assert!(log.order.len() < 200);
        log.leave(1, 0, 20);
        log.book(9, 7);
        assert_eq!(lines(&log), [3]);
        log.leave(1_000, 2, 20);
        assert_eq!(log.report().sites[2].adapter.total_ns, 7);
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
        enter(&mut log, 1, 0, 1, 1_000);
        enter(&mut log, 2, 1, 1, 1_000);
        log.note_waiting(3_000);
        log.leave(1, 0, 11);
        log.leave(2, 1, 11);
        assert_eq!(log.report().waiting_call_bytes, 1_000);
    }
}
