//! How fast one run may read: a little faster each second that its source is not under pressure, at once much slower where it does not
//! (additive increase, multiplicative decrease: Chiu and Jain, 1989).

use model::load_limits::Tier;

/// Rows a second that every run but the last tier keeps, so that it sees when things are better.
const LEAST: f64 = 50.0;
/// A second's step up, as a part of the fastest that it went or may go.
const STEP: f64 = 0.1;

pub(crate) struct Aimd {
    tier: Tier,
    /// This run's part of what all runs may read together.
    ceiling: Option<f64>,
    /// What it came down to under pressure; `None` is as fast as it goes.
    now: Option<f64>,
    best: f64,
    /// What it read of late: rows come in batches, and a second without one is no slower than the one before.
    recent: f64,
}

impl Aimd {
    pub(crate) fn new(tier: Tier) -> Self {
        Self { tier, ceiling: None, now: None, best: LEAST, recent: 0.0 }
    }

    pub(crate) fn set_ceiling(&mut self, ceiling: Option<f64>) {
        self.ceiling = ceiling;
    }

    /// The source has enough; `measured` rows were read in the last second.
    pub(crate) fn press(&mut self, measured: f64) {
        self.measure(measured);
        let cut = self.tier.cut();
        let recent = self.recent.max(LEAST);
        let base = self.rate().map_or(recent, |rate| rate.min(recent));
        self.now = Some(if cut > 0.0 { (base * cut).max(LEAST) } else { 0.0 });
    }

    /// The source is not under pressure.
    pub(crate) fn relieve(&mut self, measured: f64) {
        self.measure(measured);
        let top = self.ceiling.unwrap_or(self.best);
        self.now = self.now.map(|now| now + (top * STEP).max(LEAST)).filter(|now| *now < top);
    }

    fn measure(&mut self, measured: f64) {
        self.best = self.best.max(measured);
        self.recent = measured.max(self.recent * 0.7);
    }

    /// Whether it goes slower than it may.
    pub(crate) fn is_slowed(&self) -> bool {
        self.now.is_some()
    }

    /// Rows a second; `None` is as fast as it goes.
    pub(crate) fn rate(&self) -> Option<f64> {
        match (self.ceiling, self.now) {
            (Some(ceiling), Some(now)) => Some(ceiling.min(now)),
            (ceiling, now) => ceiling.or(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_halves_and_relief_adds() {
        let mut pacer = Aimd::new(Tier::P2);
        assert_eq!(pacer.rate(), None);
        pacer.relieve(10_000.0);
        pacer.press(8_000.0);
        assert_eq!(pacer.rate(), Some(4_000.0));
        pacer.press(0.0);
        assert_eq!(pacer.rate(), Some(2_000.0), "a second between two batches is no speed of its own");
        pacer.relieve(2_000.0);
        assert_eq!(pacer.rate(), Some(3_000.0));
        (0..7).for_each(|_| pacer.relieve(3_000.0));
        assert!(!pacer.is_slowed(), "{:?}", pacer.rate());
    }

    #[test]
    fn the_last_tier_stops_and_the_first_is_hardly_slowed() {
        let after = |tier: Tier| {
            let mut pacer = Aimd::new(tier);
            pacer.set_ceiling(Some(1_000.0));
            pacer.press(1_000.0);
            pacer.rate().unwrap()
        };
        assert_eq!(Tier::ALL.map(after), [800.0, 650.0, 500.0, 0.0]);
    }

    #[test]
    fn it_never_goes_above_what_is_allowed_and_never_quite_stops() {
        let mut pacer = Aimd::new(Tier::P2);
        pacer.set_ceiling(Some(1_000.0));
        (0..50).for_each(|_| pacer.press(0.0));
        assert_eq!(pacer.rate(), Some(LEAST));
        (0..50).for_each(|_| pacer.relieve(5_000.0));
        assert_eq!(pacer.rate(), Some(1_000.0));
        pacer.set_ceiling(Some(300.0));
        assert_eq!(pacer.rate(), Some(300.0), "another run came to share it");
    }
}
