//! Names that somebody may have meant: those that differ from what was written by a letter or two.

/// So many are offered at the most.
const MOST: usize = 3;

/// The known names that are nearest to one that is not there, the nearest first.
#[must_use]
pub fn near<'a>(said: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let said = said.to_lowercase();
    let allowed = (said.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> =
        known.into_iter().map(|name| (distance(&said, &name.to_lowercase()), name)).filter(|(distance, _)| *distance <= allowed).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// The question behind an error: `Did you mean flights?`; nothing where no name is near.
#[must_use]
pub fn question<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    if names.is_empty() { String::new() } else { format!(" Did you mean {}?", names.join(" or ")) }
}

/// How many letters must be added, removed, changed or swapped with their neighbour to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, wanted) in other.iter().enumerate() {
            let changed = rows[i][j] + usize::from(letter != wanted);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == other[j - 1] && one[i - 1] == *wanted {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_or_two_are_near_and_another_word_is_not() {
        let tables = ["flights", "planes", "airports", "airlines", "weather"];
        assert_eq!(near("flight", tables), ["flights"]);
        assert_eq!(near("FLIGTHS", tables), ["flights"]);
        assert_eq!(near("airlinse", tables), ["airlines"]);
        assert!(near("orders", tables).is_empty() && near("x", tables).is_empty() && near("", tables).is_empty());
        assert_eq!(near("dep_dely", ["arr_delay", "dep_delay"]), ["dep_delay"]);
        assert_eq!(question(&["a", "b"]), " Did you mean a or b?");
        assert_eq!(question::<&str>(&[]), "");
    }

    #[test]
    fn distances_are_those_by_hand() {
        for (one, other, wanted) in [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("same", "same", 0), ("übel", "ubel", 1)] {
            assert_eq!((distance(one, other), distance(other, one)), (wanted, wanted), "{one} {other}");
        }
    }
}
