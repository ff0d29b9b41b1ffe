//! A page in Prometheus's text form while it is written. Every label of every line is written by [`push_label`].

/// Labels as they stand in a line, written once for all lines of a thing.
#[derive(Default)]
pub(super) struct Labels(String);

impl Labels {
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        push_label(&mut self.0, name, value);
        self
    }
}

fn push_label(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    push_escaped(out, value);
    out.push('"');
}

/// Three characters have another meaning in the value of a label.
fn push_escaped(out: &mut String, value: &str) {
    if !value.contains(['\\', '"', '\n']) {
        return out.push_str(value);
    }
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

pub(super) struct Page {
    text: String,
    digits: itoa::Buffer,
}

impl Page {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), digits: itoa::Buffer::new() }
    }

    /// What stands before the lines of a metric.
    pub(super) fn head(&mut self, name: &str, kind: &str, help: &str) {
        for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
            self.text.push_str(part);
        }
    }

    /// `more` is a label that the other lines of the same labels do not have.
    pub(super) fn line(&mut self, name: &str, labels: &Labels, more: Option<(&str, &str)>, value: u64) {
        self.begin(name, labels, more);
        self.text.push_str(self.digits.format(value));
        self.text.push('\n');
    }

    /// The same in seconds, with all digits that there are.
    pub(super) fn seconds(&mut self, name: &str, labels: &Labels, more: Option<(&str, &str)>, micros: u64) {
        self.begin(name, labels, more);
        self.text.push_str(self.digits.format(micros / 1_000_000));
        if !micros.is_multiple_of(1_000_000) {
            self.text.push('.');
            // The leading one keeps the zeros behind it.
            self.text.push_str(&self.digits.format(1_000_000 + micros % 1_000_000)[1..]);
        }
        self.text.push('\n');
    }

    fn begin(&mut self, name: &str, Labels(labels): &Labels, more: Option<(&str, &str)>) {
        self.text.push_str(name);
        if !labels.is_empty() || more.is_some() {
            self.text.push('{');
            self.text.push_str(labels);
            if let Some((label, value)) = more {
                if !labels.is_empty() {
                    self.text.push(',');
                }
                push_label(&mut self.text, label, value);
            }
            self.text.push('}');
        }
        self.text.push(' ');
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes back what was written after it was so long.
    pub(super) fn cut_to(&mut self, len: usize) {
        self.text.truncate(len);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_wherever_they_stand() {
        let labels = Labels::default().and("a", "back\\slash \"quoted\"\nnext line").and("b", "plain, {as it is} ü");
        let mut page = Page::with_capacity(0);
        page.line("m", &labels, Some(("c", "\\n\n")), 7);
        page.line("m", &Labels::default(), Some(("c", "\"")), u64::MAX);
        page.line("m", &Labels::default(), None, 0);
        let wanted =
            [r#"m{a="back\\slash \"quoted\"\nnext line",b="plain, {as it is} ü",c="\\n\n"} 7"#, r#"m{c="\""} 18446744073709551615"#, "m 0"];
        assert_eq!(page.into_text().lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn seconds_keep_every_microsecond() {
        let mut page = Page::with_capacity(0);
        [0, 7, 1_000_000, 1_500_000, 99_000_740].into_iter().for_each(|micros| page.seconds("s", &Labels::default(), None, micros));
        assert_eq!(page.into_text().lines().collect::<Vec<_>>(), ["s 0", "s 0.000007", "s 1", "s 1.500000", "s 99.000740"]);
    }
}
