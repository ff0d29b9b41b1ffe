//! A cron pattern as a form: every hour, day, week or month at a time, or a pattern of one's own.

/// How often a schedule comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Every {
    Quarter,
    Hour,
    #[default]
    Day,
    Week,
    Month,
    /// Any other pattern, which is written by hand.
    Pattern,
}

impl Every {
    pub const ALL: [Every; 6] = [Self::Quarter, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Pattern];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Pattern => "pattern",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.key() == key)
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Quarter => "every 15 minutes",
            Self::Hour => "every hour",
            Self::Day => "every day",
            Self::Week => "every week",
            Self::Month => "every month",
            Self::Pattern => "a cron pattern",
        }
    }
}

/// The days of the week, by their number in a pattern.
pub const WEEKDAYS: [(u8, &str); 7] =
    [(1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (0, "Sunday")];

/// The last day of a month, as a pattern says it.
pub const LAST_DAY: &str = "L";

/// What the form holds. Each choice has only some of it; the rest waits for another choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronForm {
    pub every: Every,
    pub hour: u8,
    pub minute: u8,
    /// As in [`WEEKDAYS`].
    pub weekday: u8,
    /// `1` to `31`, or [`LAST_DAY`].
    pub day: String,
}

impl Default for CronForm {
    fn default() -> Self {
        Self { every: Every::Day, hour: 3, minute: 0, weekday: 1, day: "1".into() }
    }
}

impl CronForm {
    /// A pattern as the form shows it.
    #[must_use]
    pub fn of(pattern: &str) -> Self {
        let parts: Vec<&str> = pattern.split_whitespace().collect();
        let other = Self { every: Every::Pattern, ..Self::default() };
        let [minute, hour, day, "*", weekday] = parts[..] else { return other };
        if [minute, hour, day, weekday] == ["*/15", "*", "*", "*"] {
            return Self { every: Every::Quarter, ..Self::default() };
        }
        let Some(minute) = number(minute, 0, 59) else { return other };
        let at_hour = Self { minute, ..Self::default() };
        if [hour, day, weekday] == ["*", "*", "*"] {
            return Self { every: Every::Hour, ..at_hour };
        }
        let Some(hour) = number(hour, 0, 23) else { return other };
        let at = Self { hour, ..at_hour };
        match (day, number(day, 1, 31), weekday, number(weekday, 0, 7)) {
            ("*", _, "*", _) => Self { every: Every::Day, ..at },
            ("*", _, _, Some(weekday)) => Self { every: Every::Week, weekday: weekday % 7, ..at },
            (LAST_DAY, _, "*", _) => Self { every: Every::Month, day: LAST_DAY.into(), ..at },
            (_, Some(day), "*", _) => Self { every: Every::Month, day: day.to_string(), ..at },
            _ => other,
        }
    }

    /// The pattern that the form stands for; none where it is written by hand.
    #[must_use]
    pub fn pattern(&self) -> Option<String> {
        let Self { every, hour, minute, weekday, day } = self;
        Some(match every {
            Every::Quarter => "*/15 * * * *".into(),
            Every::Hour => format!("{minute} * * * *"),
            Every::Day => format!("{minute} {hour} * * *"),
            Every::Week => format!("{minute} {hour} * * {weekday}"),
            Every::Month => format!("{minute} {hour} {day} * *"),
            Every::Pattern => return None,
        })
    }

    /// `03:00`, as a field for a time of the day holds it.
    #[must_use]
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// Takes what a field for a time of the day holds. One that is empty changes nothing.
    pub fn take_time(&mut self, text: &str) {
        let mut parts = text.split(':');
        let hour = parts.next().and_then(|text| number(text, 0, 23));
        let minute = parts.next().and_then(|text| number(text, 0, 59));
        if let (Some(hour), Some(minute)) = (hour, minute) {
            (self.hour, self.minute) = (hour, minute);
        }
    }
}

fn number(text: &str, least: u8, most: u8) -> Option<u8> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_the_form_comes_back_as_the_same_form() {
        let mut seen = 0;
        for every in Every::ALL.into_iter().filter(|every| *every != Every::Pattern) {
            for (hour, minute, weekday, day) in [(3, 0, 1, "1"), (0, 59, 0, "31"), (23, 5, 6, LAST_DAY)] {
                let form = CronForm { every, hour, minute, weekday, day: day.into() };
                let pattern = form.pattern().unwrap();
                let again = CronForm::of(&pattern);
                assert_eq!((again.every, again.pattern()), (every, Some(pattern.clone())), "{pattern}");
                seen += 1;
            }
        }
        assert_eq!(seen, 15);
    }

    #[test]
    fn what_the_form_has_no_choice_for_stays_a_pattern() {
        for pattern in
            ["", "0 3 * * 1-5", "0 3 1,15 * *", "*/5 * * * *", "0 3 * 6 *", "0 3 1 * 1", "61 * * * *", "+5 * * * *", "0 3 * * MON"]
        {
            assert_eq!(CronForm::of(pattern).every, Every::Pattern, "{pattern}");
        }
        assert_eq!((CronForm::of("5 4 * * 7").every, CronForm::of("5 4 * * 7").weekday), (Every::Week, 0));
    }

    #[test]
    fn a_time_of_the_day_is_taken_whole_or_not_at_all() {
        let mut form = CronForm::default();
        form.take_time("17:45");
        assert_eq!(form.time(), "17:45");
        for text in ["", "25:00", "17", "a:b"] {
            form.take_time(text);
            assert_eq!(form.time(), "17:45", "{text}");
        }
    }
}
