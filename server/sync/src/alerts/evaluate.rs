//! One evaluation: reads the figures of all windows, takes a step of each series, and writes states, history and notices together.

use std::collections::{HashMap, HashSet};

use model::alert::{BurnRate, MAX_STEP, NoticeKind, Objective, burn_rates, subject_text};
use model::clock::{HOUR, Millis};
use store::{AlertDefinitionKind, AlertDefinitionRow, Lease, NoticeRow, ReceiverRow, SourceRow, StoreError};

use super::Alerts;
use super::figures::FiguresAt;
use super::mutes::Mutes;
use super::steps::{Steps, Watched, step_all};

/// Longer windows change slowly, and are read once a minute alone.
const OFTEN: Millis = HOUR;

/// What is watched, and what of it is not looked at this time.
#[derive(Default)]
struct Looked {
    /// The time of the evaluation before, by the same node.
    before: Option<Millis>,
    watched: Vec<Watched>,
    resting: HashSet<(String, String)>,
}

impl Alerts {
    /// Evaluates all rules and objectives as of a time; this node has done so before as of another one.
    ///
    /// # Errors
    /// Where the metadata or the figures cannot be read or written; then nothing was.
    pub(super) async fn evaluate(&self, lease: &Lease, at: Millis, before: Option<Millis>) -> Result<(), StoreError> {
        let mut looked = Looked { before, ..Looked::default() };
        let mut figures = FiguresAt::new(&self.series, at);
        let sources = self.store.sources().await?;
        for row in self.store.alert_definitions(AlertDefinitionKind::Rule).await? {
            self.look_at_rule(&row, &sources, (&mut figures, at), &mut looked).await?;
        }
        for row in self.store.alert_definitions(AlertDefinitionKind::Objective).await? {
            self.look_at_objective(&row, (&mut figures, at), &mut looked).await?;
        }
        let (mutes, receivers) = (self.mutes(at).await?, self.store.receivers().await?);
        let mut evaluation = self.store.write_evaluation(lease).await?;
        let known = evaluation.states().await?;
        let steps = step_all(&looked.watched, &looked.resting, known, &mutes, (at, &|| self.host.id()))?;
        let notices = self.notices(&steps, &receivers)?;
        for row in &steps.put {
            evaluation.put_state(row).await?;
        }
        for row in &steps.deleted {
            evaluation.delete_state(row).await?;
        }
        for row in &steps.events {
            evaluation.insert_event(row).await?;
        }
        for row in &notices {
            evaluation.insert_notice(row).await?;
        }
        evaluation.commit().await
    }

    async fn look_at_rule(
        &self,
        row: &AlertDefinitionRow,
        sources: &[SourceRow],
        (figures, at): (&mut FiguresAt<'_>, Millis),
        looked: &mut Looked,
    ) -> Result<(), StoreError> {
        let Some(rule) = self.if_readable(row.rule()) else {
            return self.rest(row, looked).await;
        };
        let condition = rule.words();
        for subject in figures.subjects(sources, (&row.domain, &rule.watch)).await? {
            let series = subject_text(&subject);
            if rests(rule.window(), (looked.before, at)) {
                looked.resting.insert((row.id.clone(), series));
                continue;
            }
            let sample = observe::sample(rule.metric, &figures.intervals(&subject, at - rule.window(), at).await?);
            looked.watched.push(Watched {
                definition_id: row.id.clone(),
                domain: row.domain.clone(),
                name: row.name.clone(),
                condition: condition.clone(),
                series,
                subject,
                timing: rule.timing(),
                verdict: rule.verdict(sample),
                value: sample.value,
                policy: rule.notify.clone(),
            });
        }
        Ok(())
    }

    async fn look_at_objective(
        &self,
        row: &AlertDefinitionRow,
        (figures, at): (&mut FiguresAt<'_>, Millis),
        looked: &mut Looked,
    ) -> Result<(), StoreError> {
        let Some(objective) = self.if_readable(row.objective()) else {
            return self.rest(row, looked).await;
        };
        for rate in burn_rates(objective.period_days) {
            let series = format!("{}#{}", subject_text(&objective.subject), rate.key);
            if rests(rate.long, (looked.before, at)) {
                looked.resting.insert((row.id.clone(), series));
                continue;
            }
            looked.watched.push(look_at_rate(row, &objective, (&rate, series), (&mut *figures, at)).await?);
        }
        Ok(())
    }

    /// The states of a definition that cannot be read stay as they are.
    async fn rest(&self, row: &AlertDefinitionRow, looked: &mut Looked) -> Result<(), StoreError> {
        let states = self.store.alert_states().await?;
        looked
            .resting
            .extend(states.into_iter().filter(|state| state.definition_id == row.id).map(|state| (state.definition_id, state.series)));
        Ok(())
    }

    async fn mutes(&self, at: Millis) -> Result<Mutes, StoreError> {
        let mut mutes = Mutes { told_at: self.host.now(), ..Mutes::default() };
        for row in self.store.silences(at).await? {
            mutes.silences.extend(self.if_readable(row.decoded()).map(|silence| (row.domain.clone(), silence)));
        }
        for row in self.store.alert_definitions(AlertDefinitionKind::Window).await? {
            mutes.windows.extend(self.if_readable(row.window()).map(|window| (row.domain.clone(), window)));
        }
        Ok(mutes)
    }

    /// One row for each receiver of each notice.
    fn notices(&self, steps: &Steps, receivers: &[ReceiverRow]) -> Result<Vec<NoticeRow>, StoreError> {
        let known: HashMap<(&str, &str), &ReceiverRow> =
            receivers.iter().map(|row| ((row.domain.as_str(), row.name.as_str()), row)).collect();
        let (mut rows, now) = (Vec::new(), self.host.now());
        for (notice, names) in &steps.notices {
            let mut notice = notice.clone();
            if !self.public_url.is_empty() && notice.kind != NoticeKind::Test {
                notice.link = format!("{}/monitoring/alerts", self.public_url);
            }
            let text = store::encode(&notice, &format_args!("a notice of the alert {}/{}", notice.domain, notice.name))?;
            for name in names {
                let Some(receiver) = known.get(&(notice.domain.as_str(), name.as_str())) else {
                    let what = format!("the receiver {}/{name} is gone", notice.domain);
                    self.said.now_and_then(what, |what| tracing::warn!("a notice is not sent: {what}"));
                    continue;
                };
                rows.push(NoticeRow::waiting(self.host.id(), (&receiver.id, &receiver.domain), text.clone(), now));
            }
        }
        Ok(rows)
    }
}

async fn look_at_rate(
    row: &AlertDefinitionRow,
    objective: &Objective,
    (rate, series): (&BurnRate, String),
    (figures, at): (&mut FiguresAt<'_>, Millis),
) -> Result<Watched, StoreError> {
    let long = observe::outcomes(objective, &figures.intervals(&objective.subject, at - rate.long, at).await?);
    let short = observe::outcomes(objective, &figures.intervals(&objective.subject, at - rate.short, at).await?);
    Ok(Watched {
        definition_id: row.id.clone(),
        domain: row.domain.clone(),
        name: row.name.clone(),
        condition: format!("error budget used {} times too fast: {}", rate.rate, objective.words()),
        series,
        subject: objective.subject.clone(),
        timing: BurnRate::timing(),
        verdict: rate.verdict(objective, long, short),
        value: Some(long.burn_rate(objective.target)),
        policy: objective.notify.clone(),
    })
}

/// Whether the evaluation before was in the same minute. A full minute is not waited for: evaluations that take long come as seldom as
/// they take, and could miss each of them.
fn rests(window: Millis, (before, at): (Option<Millis>, Millis)) -> bool {
    window > OFTEN && before.is_some_and(|before| before.div_euclid(MAX_STEP) == at.div_euclid(MAX_STEP))
}

#[cfg(test)]
mod tests {
    use model::clock::{MINUTE, SECOND};

    use super::*;

    #[test]
    fn long_windows_are_looked_at_once_a_minute_however_slow_evaluations_are() {
        for (first, every) in [(0, 10), (10, 20), (50, 20), (30, 60), (35, 7)] {
            let (mut before, mut looked) = (None, Vec::new());
            for at in (first * SECOND..10 * MINUTE).step_by(usize::try_from(every * SECOND).unwrap()) {
                if !rests(3 * HOUR, (before, at)) {
                    looked.push(at.div_euclid(MINUTE));
                }
                assert!(!rests(HOUR, (before, at)), "short ones each time");
                before = Some(at);
            }
            assert_eq!(looked, (0..10).collect::<Vec<_>>(), "{first} {every}");
        }
    }
}
