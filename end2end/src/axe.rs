//! axe-core, shown what a person sees. What it finds is gathered, so that one run tells of all pages.

use std::collections::BTreeMap;
use std::sync::Mutex;

use playwright_rs::protocol::ColorScheme;

use crate::{DESK, PHONE, Person, Window};

/// A theme and the width of a window.
pub type Look = (ColorScheme, Window);

/// Both themes at both widths.
pub const EVERY_LOOK: &[Look] =
    &[(ColorScheme::Light, DESK), (ColorScheme::Dark, DESK), (ColorScheme::Dark, PHONE), (ColorScheme::Light, PHONE)];
/// Each theme and each width once.
pub const TWO_LOOKS: &[Look] = &[(ColorScheme::Light, DESK), (ColorScheme::Dark, PHONE)];

/// Each violation as a text of its own: the rule, the element and what to do.
const RUN: &str = "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => JSON.stringify(violations.flatMap(
    ({id, help, nodes}) => nodes.map(({target, failureSummary}) => `${id} (${help})\\n  ${target.join(' ')}\\n  ${failureSummary}`))))";

pub struct Axe {
    /// Its source.
    script: String,
    /// The violations, and where each of them was found.
    found: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Axe {
    /// # Panics
    /// Where `scripts/test.sh` did not say where axe-core is.
    #[must_use]
    pub fn open() -> Self {
        let path = std::env::var("SLUICE_AXE").expect("scripts/test.sh says where axe-core is");
        let script = std::fs::read_to_string(path).expect("axe-core is set up by scripts/setup.sh test");
        // As an expression it has a value that can be sent.
        Self { script: format!("{script};0"), found: Mutex::default() }
    }

    /// Looks at what a person sees now, under a name that tells where that was. Leaves the window wide and light, as it is opened.
    pub async fn looks(&self, person: &Person, name: &str, looks: &[Look]) {
        // It comes through the debugger, to which the page's content security policy does not apply.
        person.page.evaluate::<(), f64>(&self.script, None).await.unwrap();
        for (scheme, window) in looks {
            person.resizes(*window).await;
            person.prefers(*scheme).await;
            let told: String = person.page.evaluate::<(), String>(RUN, None).await.unwrap();
            let violations: Vec<String> = serde_json::from_str(&told).unwrap();
            let mut found = self.found.lock().unwrap();
            for violation in violations {
                found.entry(violation).or_default().push(format!("{} {name} {scheme:?} {}", person.name, window.width));
            }
        }
        person.resizes(DESK).await;
        person.prefers(ColorScheme::Light).await;
    }

    /// Fails with all that was found.
    ///
    /// # Panics
    /// Where anything was found.
    pub fn has_found_nothing(self) {
        let found = self.found.into_inner().unwrap();
        let told = found.iter().map(|(violation, places)| format!("{violation}\n  at: {}", places.join("; ")));
        assert!(found.is_empty(), "axe finds {} violations:\n{}", found.len(), told.collect::<Vec<_>>().join("\n"));
    }
}
