//! The proleptic Gregorian calendar, in UTC.

/// A broken-down time, as C's `struct tm` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    /// From 1900.
    pub year: i64,
    /// From 0.
    pub month: i32,
    /// From 1.
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    /// From Sunday.
    pub weekday: i32,
    /// From 0.
    pub year_day: i32,
    pub dst: i32,
}

const DAY_SECONDS: i64 = 86_400;

/// Days from 1970-01-01 to the first of a month counted from 0; Howard
/// Hinnant's `days_from_civil`.
fn days_to_month(year: i64, month: i64) -> i64 {
    // Years begin in March, so that the leap day is the last.
    let year = if month < 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 10) % 12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl Fields {
    /// A moment in seconds since 1970; `None` if its year is out of range.
    pub fn at(seconds: i64) -> Option<Fields> {
        let days = seconds.div_euclid(DAY_SECONDS);
        let rest = seconds.rem_euclid(DAY_SECONDS);
        // `civil_from_days`.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12;
        let year = year_of_era + era * 400 + i64::from(month < 2);
        i32::try_from(year - 1900).ok()?;
        Some(Fields {
            year: year - 1900,
            month: month as i32,
            day: day as i32,
            hour: (rest / 3600) as i32,
            minute: (rest / 60 % 60) as i32,
            second: (rest % 60) as i32,
            weekday: (days + 4).rem_euclid(7) as i32,
            year_day: (days - days_to_month(year, 0)) as i32,
            dst: 0,
        })
    }

    /// Seconds since 1970; fields beyond their range carry over.
    pub fn unix_seconds(&self) -> i64 {
        let month = i64::from(self.month);
        let year = self.year + 1900 + month.div_euclid(12);
        let days = days_to_month(year, month.rem_euclid(12)) + i64::from(self.day) - 1;
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        days * DAY_SECONDS + minutes * 60 + i64::from(self.second)
    }

    /// CPython's `checktm`: fields of zero become the first, others out of
    /// range are an error.
    pub fn check(&mut self) -> Result<(), &'static str> {
        if self.month == -1 {
            self.month = 0;
        } else if !(0..12).contains(&self.month) {
            return Err("month out of range");
        }
        if self.day == 0 {
            self.day = 1;
        } else if !(1..32).contains(&self.day) {
            return Err("day of month out of range");
        }
        if !(0..24).contains(&self.hour) {
            return Err("hour out of range");
        }
        if !(0..60).contains(&self.minute) {
            return Err("minute out of range");
        }
        if !(0..62).contains(&self.second) {
            return Err("seconds out of range");
        }
        if self.weekday < 0 {
            return Err("day of week out of range");
        }
        if self.year_day == -1 {
            self.year_day = 0;
        } else if !(0..366).contains(&self.year_day) {
            return Err("day of year out of range");
        }
        Ok(())
    }

    /// Week of the year, weeks beginning on `first` (0 is Sunday).
    pub fn week(&self, first: i32) -> i32 {
        (self.year_day + 7 - (self.weekday + 7 - first) % 7) / 7
    }

    /// ISO 8601 year and week.
    pub fn iso_week(&self) -> (i64, i32) {
        let year = self.year + 1900;
        // The week belongs to the year of its Thursday.
        let thursday = self.year_day + 3 - (self.weekday + 6) % 7;
        if thursday < 0 {
            return (year - 1, (thursday + year_days(year - 1)) / 7 + 1);
        }
        let length = year_days(year);
        if thursday >= length {
            return (year + 1, (thursday - length) / 7 + 1);
        }
        (year, thursday / 7 + 1)
    }
}

fn year_days(year: i64) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_seconds_are_inverse() {
        for seconds in [
            0,
            -1,
            86_399,
            951_782_400,
            1_709_210_096,
            -62_135_596_800,
            253_402_300_799,
            -1 << 40,
        ] {
            let fields = Fields::at(seconds).expect("in range");
            assert_eq!(fields.unix_seconds(), seconds, "{fields:?}");
        }
    }

    #[test]
    fn weeks_of_the_turn_of_the_year() {
        // 2021-01-03, a Sunday, is in the last week of 2020.
        let fields = Fields::at(1_609_632_000).expect("in range");
        assert_eq!(fields.iso_week(), (2020, 53));
        assert_eq!((fields.week(0), fields.week(1)), (1, 0));
    }
}
