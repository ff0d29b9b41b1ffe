//! Why an API is slow or failing: each finding as a sentence, with the figures that it rests on and what helps.

use control::{Caller, Control};
use model::Problem;
use model::time_axis::Zone;
use model::view::{ChartView, Diagnosis, Finding, Metric, SubjectKind};

use super::descriptions::of_evidence;
use crate::pages::monitoring::asked::Asked;
use crate::pages::monitoring::span::{Span, environment};
use crate::ui::chart::{Element, Shared, small_chart};
use crate::words::words;

pub(crate) async fn why(control: &Control, caller: &Caller, path: &str, asked: &Asked) -> Result<String, Problem> {
    let (span, zone) = (Span::of(asked, control.now(caller))?, crate::session::zone());
    let diagnosis = control.diagnose(caller, (path, environment(asked)?), (span.from, span.to)).await?;
    let mut findings = Vec::new();
    for finding in &diagnosis.findings {
        let mut query = finding.evidence.query(Some(span.step), zone.name());
        // Says when nothing was asked: there is no latency and no share then, and that is no gap.
        query.metrics.push(if query.subject.kind == SubjectKind::Source { Metric::Statements } else { Metric::Requests });
        // A finding is worth reading without its drawing.
        let evidence = control.chart(caller, &query).await.ok();
        findings.push(item(finding, evidence.as_ref(), &zone));
    }
    Ok(card(&diagnosis, findings).into_html())
}

fn card(diagnosis: &Diagnosis, findings: Vec<Element>) -> Element {
    let say = &words().monitoring;
    let head = Element::new("div").class("card-head").with(Element::new("h2").text(say.why));
    let looked_at = diagnosis.looked_at.iter().map(|line| Element::new("li").text(line)).collect::<Vec<_>>();
    let looked_at = Element::new("ul").class("small t-2 tn mt-2").with_all(looked_at);
    let details = Element::new("details").class("small").with(Element::new("summary").text(say.looked_at)).with(looked_at);
    let list = (!findings.is_empty()).then(|| Element::new("ol").class("findings").with_all(findings));
    let body = Element::new("div").class("card-pad stack-2").with(Element::new("p").text(&diagnosis.summary));
    Element::new("section").class("card mb-4").set("data-why", "").with(head).with(body.with_all(list).with(details))
}

fn item(finding: &Finding, evidence: Option<&ChartView>, zone: &Zone) -> Element {
    let since = (words().monitoring.since)(&zone.date_and_time(finding.since));
    let act = match &finding.link {
        Some(link) => Element::new("a").class("btn btn-sm").set("href", link).text(&finding.act_text),
        None => Element::new("span").class("small").text(&finding.act_text),
    };
    let text = Element::new("div").class("stack-2").with(Element::new("p").text(&finding.text));
    let text = text.with(Element::new("p").class("small t-2 tn").text(&since)).with(Element::new("p").with(act));
    let chart = evidence.zip(of_evidence(&finding.evidence)).map(|(view, description)| {
        let shared = Shared { view, zone, earlier: "", is_log: false, is_live: false };
        small_chart(&shared, &description)
    });
    Element::new("li").class("finding").set("data-finding", finding.kind.key()).with(text).with_all(chart)
}

#[cfg(test)]
mod tests {
    use model::snapshot::Environment;
    use model::view::{ChartLine, DiagnosisAct, Evidence, FindingKind, Subject};

    use super::*;

    fn finding(act: DiagnosisAct) -> Finding {
        let subject = Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane");
        Finding {
            kind: FindingKind::Release,
            text: "Since release v7, 50 % of the requests <fail>.".into(),
            since: 0,
            evidence: Evidence { subject, metrics: vec![Metric::ErrorShare], from: 0, to: 20_000 },
            act_text: act.words(),
            link: act.link("travel/plane"),
            act,
        }
    }

    #[test]
    fn a_finding_has_its_sentence_its_drawing_and_what_helps() {
        let line = ChartLine { metric: Metric::ErrorShare, code: None, values: vec![Some(0.0), Some(0.5)], earlier: None };
        let view = ChartView {
            from: 0,
            to: 20_000,
            step: 10_000,
            now: 60_000,
            is_coarser: false,
            lines: vec![line],
            marks: Vec::new(),
            unreadable: 0,
        };
        let html = item(&finding(DiagnosisAct::RollBack { version: 6 }), Some(&view), &Zone::named("UTC")).into_html();
        for part in [
            "50 % of the requests &lt;fail&gt;",
            "href=\"/apis/travel/plane/versions\"",
            "Roll back to v6",
            "latest 50, highest 50",
            "1970-01-01 00:00",
        ] {
            assert!(html.contains(part), "{part} is missing: {html}");
        }
        let html = item(&finding(DiagnosisAct::Wait), None, &Zone::named("UTC")).into_html();
        assert!(!html.contains("<a ") && !html.contains("<figure"), "{html}");
    }
}
