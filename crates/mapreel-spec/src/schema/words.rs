//! Choices between words.

/// Declares the word for each variant of an enum; reader and schema follow from it.
///
/// ```ignore
/// words! { OnError: "mark" => Mark, "fail" => Fail, "hold" => Hold }
/// ```
macro_rules! words {
    ($name:ty: $($word:literal => $variant:ident),+ $(,)?) => {
        impl $name {
            /// Every word, in the order in which they are documented.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(()),
                }
            }
        }

        impl $crate::schema::shape::Shape for $name {
            type Value = Self;

            fn schema(_: &$crate::request::limits::Limits) -> serde_json::Value {
                serde_json::json!({ "enum": Self::WORDS })
            }

            fn read(
                node: &$crate::request::read::Node<'_>,
                _: &$crate::request::limits::Limits,
            ) -> Option<Self> {
                node.word(Self::WORDS)
            }
        }
    };
}

pub(crate) use words;
