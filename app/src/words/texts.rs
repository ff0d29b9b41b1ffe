//! How the texts of an area are written down.

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
    (@value $text:literal, $($name:ident: $type:ty),+) => { |$($name: $type),+| format!($text) };
}

pub(super) use texts;
