//! The steps of the form, whose code comes when they are shown first.

#![allow(unsafe_code)] // a split point is an imported and an exported function, which its macro writes

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use model::view::{DatasetView, SourceView};

use super::fields_step::FieldsStep;
use super::parameters_step::ParametersStep;
use super::policy_step::PolicyStep;
use super::send_step::SendStep;
use super::state::Editor;
use super::try_step::TryStep;
use super::union_step::{Callables, UnionStep};
use crate::lazy_part::lazy_part;
use crate::not_loaded::NotLoaded;
use crate::ui::Loaded;

/// Writes the parts: of each its split point, which begins with the name of its area, what loads it, and what shows it.
macro_rules! parts {
    ($($part:ident, $split:ident, $load:ident, $show:ident($($given:ident: $type:ty),*) => $view:expr;)+) => {
        /// A step of the form of an API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EditorPart {
            $($part),+
        }

        impl EditorPart {
            /// By its mark.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($split) => Some(Self::$part),)+
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$part => stringify!($split)),+
                }
            }

            /// Waits until its code is there.
            ///
            /// # Errors
            /// Where the code does not come. The next call tries again.
            pub async fn load(self) -> Result<(), NotLoaded> {
                match self {
                    $(Self::$part => $load().await?),+
                }
                Ok(())
            }
        }

        $(
            #[wasm_split($split, wasm_split_path = ::leptos::wasm_split, preload($load), fallible)]
            fn $split($($given: $type),*) -> Result<AnyView, NotLoaded> {
                Ok($view.into_any())
            }

            pub(crate) fn $show($($given: $type),*) -> AnyView {
                lazy_part(EditorPart::$part.name(), EditorPart::$part.load(), move || Box::pin($split($($given),*)))
            }
        )+
    };
}

parts! {
    Fields, editor_fields, load_fields, show_fields(editor: Editor, sources: Loaded<Vec<SourceView>>) =>
        view! { <FieldsStep editor sources/> };
    Union, editor_union, load_union, show_union(editor: Editor, callables: Callables) => view! { <UnionStep editor callables/> };
    Parameters, editor_parameters, load_parameters, show_parameters(editor: Editor) => view! { <ParametersStep editor/> };
    Policy, editor_policy, load_policy, show_policy(editor: Editor, datasets: Loaded<Vec<DatasetView>>) =>
        view! { <PolicyStep editor datasets/> };
    Try, editor_try, load_try, show_try(editor: Editor) => view! { <TryStep editor/> };
    Send, editor_send, load_send, show_send(editor: Editor) => view! { <SendStep editor/> };
}
