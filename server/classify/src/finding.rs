//! What is found of a column, and why.

/// The tags that the rules suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    Email,
    Phone,
    IdentityNumber,
    PaymentCard,
    Iban,
    PersonName,
    PostalAddress,
    Coordinates,
    IpAddress,
    Currency,
    Time,
    Url,
}

impl Tag {
    pub const ALL: [Self; 12] = [
        Self::Email,
        Self::Phone,
        Self::IdentityNumber,
        Self::PaymentCard,
        Self::Iban,
        Self::PersonName,
        Self::PostalAddress,
        Self::Coordinates,
        Self::IpAddress,
        Self::Currency,
        Self::Time,
        Self::Url,
    ];

    /// The name of the tag.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::IdentityNumber => "identity-number",
            Self::PaymentCard => "payment-card",
            Self::Iban => "iban",
            Self::PersonName => "person-name",
            Self::PostalAddress => "postal-address",
            Self::Coordinates => "coordinates",
            Self::IpAddress => "ip-address",
            Self::Currency => "currency",
            Self::Time => "time",
            Self::Url => "url",
        }
    }
}

/// One tag that a column deserves.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub tag: Tag,
    /// How sure the rule is, from 0 to 1. Nothing below a half is found.
    pub confidence: f64,
    pub evidence: Evidence,
    /// Changes when the evidence says something else, and not with each sample: the rule, what it rests on, the part of the name, the type.
    pub fingerprint: String,
}

/// What a finding rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    NameAndValues,
    Values,
    /// The name, and fewer values than would say anything.
    NameAndFewValues,
    /// The name alone: the sample has no value.
    Name,
    /// The type of the column.
    Type,
}

impl Basis {
    /// The stable word for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NameAndValues => "name_and_values",
            Self::Values => "values",
            Self::NameAndFewValues => "name_and_few_values",
            Self::Name => "name",
            Self::Type => "type",
        }
    }
}

/// Why a rule says so: parts for a sentence. Values are never in it, only their shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The rule, such as `resident_identity_cn`.
    pub rule: &'static str,
    pub basis: Basis,
    pub name: Option<NameEvidence>,
    pub counts: Counts,
    /// The check that the values pass, such as `luhn`, where the rule has one.
    pub check: Option<&'static str>,
    /// The most frequent shapes of the values that fit, at most three.
    pub shapes: Vec<Shape>,
}

/// The part of the names that speaks for the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameEvidence {
    /// The words of the column's name.
    pub part: String,
    /// The word of the table's name, where the column's own name does not say it.
    pub table_part: Option<String>,
}

/// How many values say what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the table.
    pub rows: u64,
    pub sampled: u64,
    /// Sampled rows that have a value.
    pub present: u64,
    pub distinct: u64,
    /// Values in a form of this kind.
    pub fitting: u64,
    /// Values of which the rule is certain: by check digits, or by a form that nothing else has.
    pub certain: u64,
}

/// What values look like: `9` for digits, `a` and `A` for letters, `字` for characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub shape: String,
    pub count: u64,
}
