//! The requests of the past 30 days, for the catalogue.
//! The requests of the past week and of the past month, for the catalogue.

use std::collections::HashMap;

use model::Problem;
use model::clock::{DAY, Millis};
use model::snapshot::Environment;
use observe::{SeriesKey, SeriesKind};

use super::chart::app_of;
use super::compute::compute;
use super::points::Window;
use super::range::plan_of_domains;
use super::top::{NameOf, totals};
use crate::Control;

/// So long ago is counted.
const COUNTED: Millis = 30 * DAY;

/// Requests by path.
pub(crate) type Requests = HashMap<String, u64>;

impl Control {
    /// The requests of the past 30 days in all environments, of each API and by each app, by their paths.
    pub(crate) async fn requests_of_month(&self) -> Result<(Requests, Requests), Problem> {
        let apis = self.month_of(SeriesKind::Api, |series| series.object.as_str()).await?;
        let apps = self.month_of(SeriesKind::AppApi, |series| app_of(&series.object)).await?;
        Ok((apis, apps))
    }

    async fn month_of(&self, kind: SeriesKind, name: fn(&SeriesKey) -> &str) -> Result<Requests, Problem> {
        let now = self.host.now();
        let plan = plan_of_domains(now - COUNTED, now, None, now);
    /// The requests of the past 30 days in prod, of each API by its path, and of each app to each API by both paths with a space between.
    pub(crate) async fn requests_of_month(&self) -> Result<(Requests, Requests), Problem> {
        let days = 30 * DAY;
        let of_prod = |series: &SeriesKey| series.environment == Some(Environment::Prod);
        let apis = self.requests_of((SeriesKind::Api, days), of_prod, |series| series.object.as_str()).await?;
        let apps = self.requests_of((SeriesKind::AppApi, days), of_prod, |series| series.object.as_str()).await?;
        Ok((apis, apps))
    }

    async fn week_of(&self, kind: SeriesKind, name: fn(&SeriesKey) -> &str) -> Result<Requests, Problem> {
        self.requests_of((kind, 7 * DAY), |_| true, name).await
    }

    async fn requests_of(
        &self,
        (kind, back): (SeriesKind, Millis),
        is_counted: fn(&SeriesKey) -> bool,
        name: fn(&SeriesKey) -> &str,
    ) -> Result<Requests, Problem> {
        let now = self.host.now();
        let plan = plan_of_domains(now - back, now, None, now);
        let slices = self.figures.slices(kind, &Window::of(&plan)).await?;
        compute(move || {
            let name_of: &NameOf<'_> = &|series| is_counted(series).then(|| name(series));
            totals(&slices, name_of).into_iter().map(|(name, totals)| (name.to_owned(), totals.requests())).collect()
        })
        .await
    }
}
