//! Check digits: what tells a number of a kind from any other number of the same length.

/// The digits of a text, where it has nothing but digits.
pub(crate) fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|letter| letter.is_ascii().then(|| letter.to_digit(10)).flatten()).collect()
}

/// Luhn's sum, as payment cards have it (ISO/IEC 7812-1).
pub(crate) fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10)
}

/// ISO 7064 mod 97-10, as IBANs have it: four characters go to the end, letters count from 10.
pub(crate) fn mod_97(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(4) else { return false };
    let mut rest = 0;
    for letter in tail.chars().chain(head.chars()) {
        let Some(value) = letter.to_digit(36) else { return false };
        rest = if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 };
    }
    rest == 1
}

/// ISO 7064 mod 11-2, as Chinese resident identity numbers have it: the last may be an X for 10.
pub(crate) fn mod_11_2(text: &str) -> bool {
    let Some((head, last)) = text.split_at_checked(text.len().saturating_sub(1)) else { return false };
    let Some(digits) = digits(head) else { return false };
    let sum = digits.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    match last {
        "X" | "x" => (sum + 10) % 11 == 1,
        _ => last.chars().next().and_then(|last| last.to_digit(10)).is_some_and(|last| (sum + last) % 11 == 1),
    }
}

/// ISO 7064 mod 11,10, as the German tax identification number has it.
pub(crate) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, head)) = digits.split_last() else { return false };
    let mut product = 10;
    for digit in head {
        let sum = (digit + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    (product + last) % 10 == 1
}

#[cfg(test)]
mod tests {
    use super::{digits, luhn, mod_11_2, mod_11_10, mod_97};

    /// Examples of the standards and of those who give the numbers out.
    #[test]
    fn published_examples_pass_and_every_changed_digit_fails() {
        fn each(example: &str, passes: impl Fn(&str) -> bool) {
            assert!(passes(example), "{example}");
            for (at, letter) in example.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
                let other = char::from_digit((letter.to_digit(10).unwrap() + 1) % 10, 10).unwrap();
                let mut changed = example.to_owned();
                changed.replace_range(at..=at, &other.to_string());
                assert!(!passes(&changed), "{changed}");
            }
        }
        each("4111111111111111", |text| luhn(&digits(text).unwrap()));
        each("378282246310005", |text| luhn(&digits(text).unwrap()));
        each("DE89370400440532013000", mod_97);
        each("GB29NWBK60161331926819", mod_97);
        each("11010519491231002X", mod_11_2);
        each("440524188001010014", mod_11_2);
        each("86095742719", |text| mod_11_10(&digits(text).unwrap()));
        each("47036892816", |text| mod_11_10(&digits(text).unwrap()));
    }

    #[test]
    fn what_is_no_number_passes_no_check() {
        for text in ["", "x", "é", "٣٣٣", "12é4"] {
            assert!(digits(text).is_none_or(|digits| digits.is_empty()), "{text}");
            assert!(!mod_97(text) && !mod_11_2(text), "{text}");
        }
        assert!(!mod_11_10(&[]));
    }
}
