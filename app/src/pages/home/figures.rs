//! How much each API is asked, in its row: a number, and the shape of the last hours.

use model::snapshot::Environment;
use model::view::{ApiSummary, Subject, SubjectFigures, SubjectKind};

use crate::ui::chart::{Element, number, sparkline};
use crate::words::words;

/// So many things have their figures read at once.
const MOST: usize = 50;

/// The APIs that callers reach.
pub(super) fn subjects(apis: &[ApiSummary]) -> Vec<Subject> {
    let is_live = |api: &&ApiSummary| api.live.iter().any(|live| live.environment == Environment::Prod);
    apis.iter().filter(is_live).take(MOST).map(|api| Subject::new(SubjectKind::Api, Some(Environment::Prod), api.path())).collect()
}

pub(super) fn drawn(figures: Vec<SubjectFigures>) -> Vec<(String, String)> {
    figures.into_iter().map(|figures| (figures.subject.path.clone(), cell(&figures).into_html())).collect()
}

/// It leads to all figures of the API.
fn cell(figures: &SubjectFigures) -> Element {
    let path = &figures.subject.path;
    let rate = (words().monitoring.rate)(&number(figures.requests));
    let link = Element::new("a").class("main-cell with-spark").set("href", crate::pages::monitoring::address("api", path));
    link.with(sparkline(&figures.sparkline)).with(Element::new("span").text(&rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_rate_and_leads_to_its_figures() {
        let figures = SubjectFigures {
            subject: Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane"),
            requests: 12.34,
            error_share: None,
            p95: None,
            cached: None,
            sparkline: vec![Some(1.0), None, Some(2.0)],
            last_at: None,
        };
        let drawn = drawn(vec![figures]);
        assert_eq!(drawn[0].0, "travel/plane");
        assert!(drawn[0].1.contains("href=\"/monitoring/api/travel/plane\"") && drawn[0].1.contains(">12.3/s<"), "{drawn:?}");
    }
}
