//! Numbers of payment cards: the ranges of those who give them out, and Luhn's check digit.

use crate::check_digits::{digits, luhn};
use crate::column::ValueType;
use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const PAYMENT_CARD: Rule = Rule {
    id: "payment_card",
    tag: Tag::PaymentCard,
    names: &[
        "credit card",
        "creditcard",
        "credit card number",
        "creditcardnumber",
        "credit card no",
        "debit card",
        "debit card number",
        "payment card",
        "cc number",
        "kreditkarte",
        "kreditkartennummer",
        "信用卡",
        "信用卡号",
        "银行卡",
    ],
    hints: &["card number", "cardnumber", "card no", "card", "pan", "cc", "ccn", "kartennummer", "卡号"],
    types: &[ValueType::Text, ValueType::Whole],
    fit,
    named: Need::sure(0.6),
    hinted: Need::sure(0.7),
    alone: Some(Alone::sure(0.75)),
    check: Some("luhn"),
    ..BASE
};

fn fit(value: &str) -> Fit {
    let written: String = value.chars().filter(|letter| *letter != ' ' && *letter != '-').collect();
    let Some(number) = digits(&written).filter(|number| is_issued(&written, number.len())) else { return Fit::No };
    if luhn(&number) { Fit::Sure } else { Fit::Form }
}

/// Whether somebody gives out numbers of this beginning and length (ISO/IEC 7812 as published by the networks).
fn is_issued(number: &str, length: usize) -> bool {
    let beginning = |digits: usize| number.get(..digits).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let is_maestro = (12..=19).contains(&length) && matches!(beginning(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763);
    if is_maestro {
        return true;
    }
    match length {
        // Visa, of old
        13 => beginning(1) == 4,
        // Diners Club
        14 => matches!(beginning(3), 300..=305 | 309) || matches!(beginning(2), 36 | 38 | 39),
        // American Express; JCB, of old
        15 => matches!(beginning(2), 34 | 37) || matches!(beginning(4), 1800 | 2131),
        // Visa, Mastercard, Discover, JCB, UnionPay
        16 => {
            matches!(beginning(1), 4)
                || matches!(beginning(2), 51..=55 | 62 | 65)
                || matches!(beginning(3), 644..=649)
                || matches!(beginning(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        // UnionPay of 17 to 19 digits, Visa of 19
        17..=19 => beginning(2) == 62 || (length == 19 && beginning(1) == 4),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn the_issuer_and_the_check_digit_decide() {
        for value in
            ["4111 1111 1111 1111", "3782-822463-10005", "5555555555554444", "6011111111111117", "30569309025904", "3530111333300000"]
        {
            assert_eq!(fit(value), Fit::Sure, "{value}");
        }
        assert_eq!(fit("4111111111111112"), Fit::Form);
        // An IMEI, an ISBN, an order and a time pass Luhn or have the length, and nobody gives out cards like them.
        for value in ["490154203237518", "9780306406157", "1234567812345670", "1700000000000000", "", "41111é1111111111"] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}
