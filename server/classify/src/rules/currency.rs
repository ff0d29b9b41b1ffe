//! Money: the codes of currencies, and amounts.

use crate::column::ValueType;
use crate::finding::Tag;
use crate::lists::CODES;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const CURRENCY_CODE: Rule = Rule {
    id: "currency_code",
    tag: Tag::Currency,
    names: &["currency", "currency code", "ccy", "curr", "iso currency", "waehrung", "币种", "货币"],
    about: &["id", "count", "rate", "type", "name", "symbol", "status", "类型"],
    fit: code,
    named: Need::sure(0.8),
    alone: Some(Alone { need: Need::sure(0.95), distinct: 3, beginnings: 1, beginning: 4 }),
    ..BASE
};

pub(crate) const AMOUNT: Rule = Rule {
    id: "amount_of_money",
    tag: Tag::Currency,
    names: &[
        "price",
        "unit price",
        "salary",
        "cost",
        "revenue",
        "turnover",
        "fee",
        "wage",
        "total amount",
        "order amount",
        "amount usd",
        "amount eur",
        "preis",
        "betrag",
        "gehalt",
        "umsatz",
        "kosten",
        "gebuehr",
        "einkaufspreis",
        "金额",
        "价格",
        "单价",
        "工资",
        "费用",
        "售价",
    ],
    hints: &["amount", "total", "balance", "subtotal", "payment", "tax", "discount", "budget", "summe", "saldo", "余额", "总额"],
    about: &[
        "id", "ids", "count", "cnt", "list", "level", "type", "status", "rate", "percent", "pct", "ratio", "index", "center", "centre",
        "date", "at", "code", "items", "quantity", "qty", "group", "category", "class", "model", "plan", "currency", "anzahl", "stelle",
        "typ", "类型", "数量", "状态", "次数",
    ],
    types: &[ValueType::Text, ValueType::Whole, ValueType::Fraction],
    fit: amount,
    named: Need::form(0.9),
    hinted: Need { form: 0.95, likely: 0.5, sure: 0.0 },
    alone: Some(Alone { need: Need::sure(0.9), distinct: 3, beginnings: 2, beginning: 4 }),
    ..BASE
};

fn code(value: &str) -> Fit {
    if CODES.contains(value) { Fit::Sure } else { Fit::No }
}

const SYMBOLS: &[&str] = &["$", "€", "£", "¥", "￥", "₹", "₽", "₩", "元", "CHF", "US$", "HK$", "C$", "A$", "Fr."];

fn amount(value: &str) -> Fit {
    let bare = value.trim_start_matches(['-', '+']);
    let is_sign = |text: &str| SYMBOLS.contains(&text.trim()) || CODES.contains(text.trim());
    let begins = bare.find(|letter: char| letter.is_ascii_digit());
    let ends = bare.rfind(|letter: char| letter.is_ascii_digit());
    let (Some(begins), Some(ends)) = (begins, ends) else { return Fit::No };
    let (before, number, after) = (&bare[..begins], &bare[begins..=ends], &bare[ends + 1..]);
    let Some(decimals) = decimals(number) else { return Fit::No };
    match (before.trim().is_empty(), after.trim().is_empty()) {
        (true, true) if decimals == 2 => Fit::Likely,
        (true, true) => Fit::Form,
        (false, true) if is_sign(before) => Fit::Sure,
        (true, false) if is_sign(after) => Fit::Sure,
        _ => Fit::No,
    }
}

/// How many digits stand behind the point, or the comma, of a number that may be in groups of three.
fn decimals(number: &str) -> Option<usize> {
    if !number.chars().all(|letter| letter.is_ascii_digit() || ",.'’ \u{a0}\u{202f}".contains(letter)) {
        return None;
    }
    let groups: Vec<&str> = number.split(|letter: char| !letter.is_ascii_digit()).collect();
    let (last, before) = groups.split_last()?;
    let is_grouped = before.iter().skip(1).all(|group| group.len() == 3);
    let signs = groups.len() - 1;
    let is_of_three = last.len() == 3 && signs > 0 && before[0].len() <= 3;
    match signs {
        0 => Some(0),
        _ if is_of_three && (signs > 1 || !number.contains('.')) => is_grouped.then_some(0),
        _ => (is_grouped && last.len() <= 6).then_some(last.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, amount, code};

    #[test]
    fn symbols_and_codes_decide() {
        for value in ["$528.34", "3.805,24\u{a0}€", "¥1,234", "-12.5 USD", "EUR 1'000.00", "99元"] {
            assert_eq!(amount(value), Fit::Sure, "{value}");
        }
        assert_eq!(amount("1,234.50"), Fit::Likely);
        assert_eq!(amount("12"), Fit::Form);
        for value in ["", "$", "12%", "1.2.3.4", "12 kg", "2024-01-01", "#12", "v1.2"] {
            assert_eq!(amount(value), Fit::No, "{value}");
        }
        assert_eq!((code("EUR"), code("eur"), code("FRA")), (Fit::Sure, Fit::No, Fit::No));
    }
}
