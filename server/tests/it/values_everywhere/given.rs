//! Values by chance: the ends of ranges, and what is between them.

use testkit::Chance;

/// A value as a statement gets it.
pub(super) enum Given {
    /// A number, a word or a call.
    Bare(String),
    /// Between quotes, which it has none of.
    Quoted(String),
    /// Whatever letters it has.
    Text(String),
    Bytes(Vec<u8>),
}

pub(super) fn one_of<'t>(chance: &mut Chance, texts: &[&'t str]) -> &'t str {
    texts[chance.below(texts.len() as u64) as usize]
}

pub(super) fn quoted(chance: &mut Chance, texts: &[&str]) -> Given {
    Given::Quoted(one_of(chance, texts).to_owned())
}

/// One of these in a third of all cases.
pub(super) fn or(chance: &mut Chance, ends: &[&str], other: fn(&mut Chance) -> Given) -> Given {
    if chance.below(3) == 0 { quoted(chance, ends) } else { other(chance) }
}

/// A whole number of a range, often one of its ends.
pub(super) fn within(chance: &mut Chance, low: i128, high: i128) -> Given {
    let wide = (u128::from(chance.number()) << 64) | u128::from(chance.number());
    let number = match chance.below(6) {
        0 => low,
        1 => high,
        _ => low + (wide % (high - low).cast_unsigned()).cast_signed(),
    };
    Given::Bare(number.to_string())
}

pub(super) fn of_bits(chance: &mut Chance, bits: u32) -> Given {
    within(chance, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)
}

pub(super) fn unsigned(chance: &mut Chance, bits: u32) -> Given {
    within(chance, 0, (1 << bits) - 1)
}

/// Some digits before the point, and so many behind it, of which the last is no zero.
pub(super) fn digits(chance: &mut Chance, before: u64, behind: u64) -> String {
    let mut some = |count: u64| -> String { (0..count).map(|_| char::from(b'0' + chance.below(10) as u8)).collect() };
    let (whole, part) = (some(before), some(behind - 1));
    let (sign, last) = (if chance.below(2) == 0 { "-" } else { "" }, chance.below(9) + 1);
    let whole = whole.trim_start_matches('0');
    format!("{sign}{}.{part}{last}", if whole.is_empty() { "0" } else { whole })
}

pub(super) fn money(chance: &mut Chance) -> Given {
    let before = chance.below(7);
    let digits = digits(chance, before, 4);
    or_bare(chance, &["0", "-0.0001", "99999999.9999", "-99999999.9999", "12.3400"], digits)
}

pub(super) fn of_76_digits(chance: &mut Chance) -> Given {
    Given::Quoted(digits(chance, 44, 30))
}

pub(super) fn of_65_digits(chance: &mut Chance) -> Given {
    let digits = digits(chance, 33, 30);
    or_bare(chance, &["0", "0.000000000000000000000000000001", "-12345678901234567890.123456789012345678901234567890"], digits)
}

pub(super) fn of_any_digits(chance: &mut Chance) -> Given {
    let (before, behind) = (chance.below(40), chance.below(40) + 1);
    let digits = digits(chance, before, behind);
    or_bare(chance, &["0", "1.50", "3", "0.000000000012345", "123456789012345678901234567890.5"], digits)
}

fn or_bare(chance: &mut Chance, ends: &[&str], other: String) -> Given {
    Given::Bare(if chance.below(3) == 0 { one_of(chance, ends).to_owned() } else { other })
}

pub(super) fn double(chance: &mut Chance) -> Given {
    let number = f64::from_bits(chance.number());
    let number = if number.is_normal() && number.abs() < 1e300 { number } else { 0.1 };
    or_bare(chance, &["0", "0.1", "-0.3", "1.7976931348623157e308", "2.2250738585072014e-308", "16777217"], format!("{number:e}"))
}

pub(super) fn single(chance: &mut Chance) -> Given {
    let number = f32::from_bits(chance.number() as u32);
    let number = if number.is_normal() && number.abs() < 1e38 { number } else { 0.1 };
    or_bare(chance, &["0", "0.1", "3.4", "3.4028234e38", "1.5e-30", "16777216"], format!("{number:e}"))
}

pub(super) fn odd_double(chance: &mut Chance) -> Given {
    or(chance, &["NaN", "Infinity", "-Infinity"], double)
}

pub(super) fn odd_single(chance: &mut Chance) -> Given {
    or(chance, &["NaN", "Infinity", "-Infinity"], single)
}

/// As ClickHouse writes them.
pub(super) fn no_number(chance: &mut Chance, other: fn(&mut Chance) -> Given) -> Given {
    if chance.below(3) == 0 { Given::Bare(one_of(chance, &["nan", "inf", "-inf"]).to_owned()) } else { other(chance) }
}

pub(super) fn text(chance: &mut Chance) -> Given {
    const TEXTS: [&str; 18] = [
        "",
        "a",
        "A",
        " lead",
        "trail ",
        "it's",
        "x,y",
        "\"q\"",
        "back\\slash",
        "line\nbreak\r",
        "tab\t",
        "日本",
        "🛫",
        "ß",
        "NULL",
        "nan",
        "\u{202e}",
        "2024-01-01",
    ];
    let letter = |chance: &mut Chance| char::from_u32(chance.below(0x2_0000) as u32).filter(|letter| *letter != '\0').unwrap_or('é');
    let by_chance = (0..chance.below(8)).map(|_| letter(chance)).collect();
    Given::Text(if chance.below(2) == 0 { one_of(chance, &TEXTS).to_owned() } else { by_chance })
}

pub(super) fn word(chance: &mut Chance) -> Given {
    Given::Text(one_of(chance, &["", "a", "ab", "abcde", "é", "日本"]).to_owned())
}

pub(super) fn bytes(chance: &mut Chance) -> Given {
    let ends: [&[u8]; 5] = [b"", b"\0", b"\0\xff", b"'\\\"", b"ab"];
    let by_chance = (0..chance.below(9)).map(|_| chance.number() as u8).collect();
    Given::Bytes(if chance.below(3) == 0 { ends[chance.below(5) as usize].to_vec() } else { by_chance })
}

pub(super) fn four_bytes(chance: &mut Chance) -> Given {
    Given::Bytes((chance.number() as u32).to_be_bytes().to_vec())
}

pub(super) fn flag(chance: &mut Chance) -> Given {
    Given::Bare(one_of(chance, &["true", "false"]).to_owned())
}

pub(super) fn day(chance: &mut Chance, from: u64, to: u64) -> String {
    format!("{:04}-{:02}-{:02}", from + chance.below(to - from + 1), chance.below(12) + 1, chance.below(28) + 1)
}

pub(super) fn clock_text(chance: &mut Chance) -> String {
    format!("{:02}:{:02}:{:02}", chance.below(24), chance.below(60), chance.below(60))
}

/// A moment between two years, with so many digits behind the second.
pub(super) fn moment(chance: &mut Chance, (from, to): (u64, u64), digits: usize) -> Given {
    let (day, clock) = (day(chance, from, to), clock_text(chance));
    let part = format!("{:09}", chance.below(1_000_000_000));
    Given::Quoted(if digits == 0 { format!("{day} {clock}") } else { format!("{day} {clock}.{}", &part[..digits]) })
}

pub(super) fn uuid(chance: &mut Chance) -> Given {
    let text = format!("{:016x}{:016x}", chance.number(), chance.number());
    // Of the fourth version: some servers take no others.
    let by_chance = format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..]);
    let ends = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
    Given::Quoted(if chance.below(4) == 0 { one_of(chance, &ends).to_owned() } else { by_chance })
}

pub(super) fn document(chance: &mut Chance) -> Given {
    const TEXTS: [&str; 6] = [
        "{}",
        "[]",
        r#"{"a": 1.10, "b": [null, true, "x\"y"], "ü": {"c": -5}}"#,
        r#"{"wide": 18446744073709551615, "deep": [[9007199254740993], []]}"#,
        r#"["日本", "", "\\"]"#,
        r#"[0.1, 1e5, -9223372036854775808]"#,
    ];
    Given::Text(one_of(chance, &TEXTS).to_owned())
}

pub(super) fn mood(chance: &mut Chance) -> Given {
    quoted(chance, &["sad", "ok", "happy"])
}

pub(super) fn address(chance: &mut Chance) -> Given {
    let parts = [chance.below(256), chance.below(256), chance.below(256), chance.below(256)].map(|part| part.to_string());
    Given::Quoted(parts.join("."))
}

pub(super) fn long_address(chance: &mut Chance) -> Given {
    let by_chance = format!("2001:db8::{:x}", chance.below(0xffff) + 1);
    Given::Quoted(if chance.below(4) == 0 { one_of(chance, &["::", "::1"]).to_owned() } else { by_chance })
}

/// An array as a server writes it, between these brackets.
pub(super) fn numbers(chance: &mut Chance, (open, close): (&str, &str)) -> String {
    let ends = ["0", "-1", "2147483647", "-2147483648"];
    let some: Vec<&str> = (0..chance.below(4)).map(|_| one_of(chance, &ends)).collect();
    format!("{open}{}{close}", some.join(","))
}
