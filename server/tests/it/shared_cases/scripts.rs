//! The statements of the files that somebody writes into an API: refused with a sentence, or answered with named rows.

use serde_json::{Value as Json, json};

use super::file::Script;
use super::right::{Fate, SCRIPTS, ScriptCase};
use super::{Planned, Trial};

impl Trial<'_> {
    /// Those that may be live are planned; what is to be refused is refused here.
    pub(super) async fn plan_scripts(&mut self, source: &str, planned: &mut Vec<Planned>) -> Vec<(String, &'static ScriptCase)> {
        let mut made = Vec::new();
        let (file, server) = (self.file, self.server);
        for (index, script) in file.scripts.iter().enumerate().filter(|(_, script)| script.server == server) {
            let known = SCRIPTS.iter().find(|case| case.file == file.name && script.text.starts_with(case.begins));
            let Some(case) = known else {
                self.differs(&format!("“{}”: shared_cases/right.rs does not say what becomes of it", script.text));
                continue;
            };
            let one = Planned { name: format!("{source}-q{index}"), spec: script_spec(source, script, case) };
            match (self.check(&one).await, &case.fate) {
                (Ok(()), Fate::Gives(_)) => {
                    made.push((one.name.clone(), case));
                    planned.push(one);
                }
                (Err(said), Fate::Refused(words)) if said.contains(words) => {}
                (Ok(()), Fate::Refused(_)) => self.differs(&format!("“{}”: is not refused", script.text)),
                (Err(said), _) => self.differs(&format!("“{}”: is refused: {said}", script.text)),
            }
        }
        made
    }

    pub(super) async fn script_gives(&mut self, name: &str, case: &ScriptCase) {
        let Fate::Gives(rows) = case.fate else { return };
        let asked: Vec<(&str, &str)> = case.parameters.iter().map(|[name, _, value]| (*name, *value)).collect();
        let (status, answer) = self.http.json(self.http.get(&format!("/api/travel/{name}")).query(&asked)).await;
        let rows: Json = serde_json::from_str(rows).unwrap();
        if status != 200 || answer["rows"] != rows {
            self.differs(&format!("“{}”: gives {status} {answer}, and {rows} is right", case.begins));
        }
    }
}

fn script_spec(source: &str, script: &Script, case: &ScriptCase) -> Json {
    let parameter = |[name, kind, value]: &[&str; 3]| {
        let kind = if *kind == "decimal" { json!({"decimal": {"precision": 0, "scale": 0}}) } else { json!(kind) };
        json!({"name": name, "type": kind, "required": !script.text.contains("[["), "test_value": value})
    };
    let parameters: Vec<Json> = case.parameters.iter().map(parameter).collect();
    let mut spec = json!({"title": "A script", "source": source, "kind": "sql", "script": script.text, "parameters": parameters});
    if let Some(size) = case.page_size {
        spec["page_size"] = json!(size);
    }
    spec
}
