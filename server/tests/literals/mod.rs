//! Texts for people stand in `app/src/words`, where they can be translated. A view that writes one itself fails here.

mod detector;
mod old_words;

use std::collections::BTreeSet;

use self::detector::texts;

/// Literals that look like texts and are none: their file below `app/src`, and why.
type Exception = (&'static str, &'static [&'static str], &'static str);

/// The exceptions that there are. A literal that nobody writes any more leaves the list.
const EXCEPTIONS: &[Exception] = &[
    ("frame.rs", &["(prefers-color-scheme: dark)"], "A media query."),
    ("pages/datasets/gates.rs", &["jet, prop"], "Values of a column, as an example."),
    ("pages/datasets/mapping.rs", &["UA, DL"], "Values of a column, as an example."),
    (
        "session.rs",
        &["; Secure", "{}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"],
        "A cookie with its attributes.",
    ),
];

/// The names of the classes in the stylesheets.
fn classes() -> BTreeSet<String> {
    let is_of_name = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(super::project().join("style")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        names.extend(text.split('.').skip(1).map(|rest| rest.chars().take_while(is_of_name).collect::<String>()));
    }
    names
}

#[test]
fn texts_for_people_stand_among_the_words_of_the_portal() {
    let classes = classes();
    assert!(classes.len() > 100 && classes.contains("badge-ok"), "the stylesheets were not found");
    let (mut wrong, mut files) = (Vec::new(), 0);
    for (file, text) in super::portal_sources().into_iter().filter(|(file, _)| !file.starts_with("words/")) {
        files += 1;
        let is_known = |literal: &str| EXCEPTIONS.iter().any(|(of, literals, _)| *of == file && literals.contains(&literal));
        let found = texts(&text, &classes).into_iter().filter(|(_, literal)| !is_known(literal));
        wrong.extend(found.map(|(line, literal)| format!("app/src/{file}:{line}: \"{literal}\"")));
    }
    assert!(files > 50, "{files} files were read: this test does not find them");
    assert!(
        wrong.is_empty(),
        "{} texts stand outside of app/src/words. Make each a key of an area there:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_list_of_exceptions_has_reasons_and_literals_that_are_written() {
    let (sources, classes) = (super::portal_sources(), classes());
    for (of, literals, why) in EXCEPTIONS {
        let (_, text) = sources.iter().find(|(file, _)| file == of).unwrap_or_else(|| panic!("there is no app/src/{of}"));
        let found = texts(text, &classes);
        for literal in *literals {
            assert!(found.iter().any(|(_, known)| known == literal), "app/src/{of} does not write \"{literal}\" any more");
        }
        assert!(!literals.is_empty() && !why.is_empty(), "{of}: {literals:?} has no reason");
    }
}

/// What is found in a small file.
fn found(file: &str) -> Vec<(usize, String)> {
    texts(file, &["badge", "badge-ok"].map(str::to_owned).into())
}

#[test]
fn a_text_is_found_with_its_line() {
    for (file, literal) in [
        (r#"view! { <p class="lead wide">"Rows of a table"</p> }"#, "Rows of a table"),
        (r#"view! { <b>"sealed"</b> }"#, "sealed"),
        (r#"view! { <b>{name}</b>" added "{person} }"#, " added "),
        (r#"view! { <PageName name="People"/> }"#, "People"),
        (r#"view! { <td data-label="Rows">{rows}</td> }"#, "Rows"),
        (r#"view! { <Field id="days" label="days" help=say.help/> }"#, "days"),
        (r#"view! { <input placeholder="no default" value=text/> }"#, "no default"),
        (r#"fn state() -> &'static str { match on { true => "Live", false => "off" } }"#, "Live"),
        (r#"fn times(count: u32) -> String { format!("{count} times") }"#, "{count} times"),
        (r##"fn raw() -> &'static str { r#"Some "quoted" words"# }"##, r#"Some "quoted" words"#),
    ] {
        let literals: Vec<String> = found(file).into_iter().map(|(_, literal)| literal).collect();
        assert_eq!(literals, [literal], "{file}");
    }
    assert_eq!(found("// A comment\n/* and\nanother */\nconst TITLE: &str = \"Title\";"), [(4, "Title".to_owned())]);
}

#[test]
fn what_is_no_text_is_not_found() {
    for file in [
        "/// A comment says \"Rows of a table\".\n#[server(endpoint = \"List all\")] fn list() {}",
        r#"view! { <a class="btn wide" class:on=true id="Some id" href="/Some where" data-key="Some key" aria-describedby="one two">{say.go}</a> }"#,
        r#"view! { <svg viewBox="0 0 24 24" stroke-linecap="Round cap"><path d="M4 44h34 Zoom"/></svg> }"#,
        r#"view! { <code class="x">"SELECT rows FROM table"</code> }"#,
        r#"fn class() -> &'static str { if on { "badge badge-ok" } else { "badge {}" } }"#,
        r#"fn key() { Column::new("rows", say.rows, cell).class("Some class") }"#,
        r#"fn is(event: Event) -> bool { event.key() == "Enter" || event.key() != "Tab" }"#,
        r#"fn path() -> String { format!("/apis/{domain}/{name}?step=try") }"#,
        r#"fn brand() -> AnyView { view! { <b>"Sluice"</b>" · "{size}" MiB" } }"#,
        r#"fn log() { warn!("The log is read by others"); assert!(on, "Not on") }"#,
        r#"#[cfg(test)] mod tests { fn f() { let a = "Two words"; } }"#,
    ] {
        assert!(found(file).is_empty(), "{file}: {:?}", found(file));
    }
}
