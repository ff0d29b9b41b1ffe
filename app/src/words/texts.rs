//! How the texts of an area are written down.

use std::fmt::Display;

use model::number::grouped;

/// What is put into a text, as it stands in it. A count has no sign, and gets its separators. A number with a sign says which one
/// something is, such as a version, and stays as it is.
pub(super) trait Said {
    type Text: Display;

    fn said(self) -> Self::Text;
}

/// What stands in a text as it is.
macro_rules! as_it_is {
    ($($type:ty),+) => {$(
        impl Said for $type {
            type Text = Self;

            fn said(self) -> Self {
                self
            }
        }
    )+};
}

/// What counts something.
macro_rules! counts {
    ($($type:ty),+) => {$(
        impl Said for $type {
            type Text = String;

            fn said(self) -> String {
                grouped(self)
            }
        }
    )+};
}

as_it_is!(&str, i64, f64);
counts!(u32, u64, usize);

/// The type of an area's texts and their English: `key = "text";`, or `key(name: &str) = "text with {name}";` for what is put into it.
macro_rules! texts {
    ($(#[$about:meta])* $area:ident { $($key:ident $(($($name:ident: $type:ty),+))? = $text:literal;)+ }) => {
        $(#[$about])*
        pub(crate) struct $area {
            $(pub(crate) $key: texts!(@type $($($type),+)?),)+
        }

        impl $area {
            pub(super) const ENGLISH: Self = Self { $($key: texts!(@value $text $(, $($name: $type),+)?),)+ };
        }
    };
    (@type) => { &'static str };
    (@type $($type:ty),+) => { fn($($type),+) -> String };
    (@value $text:literal) => { $text };
    (@value $text:literal, $($name:ident: $type:ty),+) => {
        |$($name: $type),+| {
            $(let $name = $crate::words::texts::Said::said($name);)+
            format!($text)
        }
    };
}

pub(super) use texts;

#[cfg(test)]
mod tests {
    use super::super::words;

    #[test]
    fn a_count_gets_separators_and_the_number_of_a_version_does_not() {
        let say = words();
        assert_eq!((say.datasets_quality.at_least_rows)(336_776), "At least 336,776 rows");
        assert_eq!((say.inbox.cost_sentence)(1.5, 5_000), "The check took 1.5 ms. A request times out after 5,000 ms.");
        assert_eq!((say.inbox.try_version)(12_345), "Try v12345");
    }
}
