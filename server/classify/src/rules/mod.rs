//! The rules, one file for each kind.

mod address;
mod card;
mod coordinates;
mod currency;
mod email;
mod iban;
mod identity;
mod ip;
mod person;
mod person_words;
mod phone;
mod time;
mod url;

use crate::rule::Rule;

/// All rules. Of two for one tag, the surer one is told.
pub const RULES: &[Rule] = &[
    email::EMAIL,
    phone::PHONE,
    phone::MOBILE_CN,
    identity::RESIDENT_IDENTITY_CN,
    identity::TAX_ID_DE,
    identity::SOCIAL_SECURITY_US,
    identity::PASSPORT,
    card::PAYMENT_CARD,
    iban::IBAN,
    person::PERSON_NAME,
    person::BARE_NAME,
    person::GIVEN_NAME,
    address::ADDRESS,
    address::POSTCODE,
    coordinates::COORDINATES,
    coordinates::POINT,
    ip::IP_ADDRESS,
    currency::CURRENCY_CODE,
    currency::AMOUNT,
    time::TIME,
    url::URL,
];
