//! The requests of the past 30 days, for the catalogue.

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
        let apis = self.month_of(SeriesKind::Api, |series| Some(series.object.as_str())).await?;
        let apps = self.month_of(SeriesKind::AppApi, |series| Some(app_of(&series.object))).await?;
        Ok((apis, apps))
    }

    /// The requests of the past 30 days in prod, of each API by its path, and of each app to each API by both paths with a space between.
    pub(crate) async fn prod_requests_of_month(&self) -> Result<(Requests, Requests), Problem> {
        let apis = self.month_of(SeriesKind::Api, in_prod).await?;
        let apps = self.month_of(SeriesKind::AppApi, in_prod).await?;
        Ok((apis, apps))
    }

    /// By what a series is called; one without a name is not counted.
    async fn month_of(&self, kind: SeriesKind, name: fn(&SeriesKey) -> Option<&str>) -> Result<Requests, Problem> {
        let now = self.host.now();
        let plan = plan_of_domains(now - COUNTED, now, None, now);
        let slices = self.figures.slices(kind, &Window::of(&plan)).await?;
        compute(move || {
            let name_of: &NameOf<'_> = &|series| name(series);
            totals(&slices, name_of).into_iter().map(|(name, totals)| (name.to_owned(), totals.requests())).collect()
        })
        .await
    }
}

fn in_prod(series: &SeriesKey) -> Option<&str> {
    (series.environment == Some(Environment::Prod)).then_some(series.object.as_str())
}
