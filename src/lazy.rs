//! Functions that lie in parts of the program of their own, which the page fetches when one of them is first called.
//!
//! With the feature `split`, as Trunk builds the page, each is a mark at which tools/page.sh cuts the program; without it,
//! as in tests, they are functions like any other. What only such a function reaches goes with it into its part. A trait
//! object or a function pointer that one of them returns is the way to call more than once what lies there.

use std::fmt;

/// A part of the program could not be fetched: the server that serves the page is gone, or has a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a part of the dashboard could not be loaded: the server that serves this page did not answer, or has a newer \
             version; reload the page once it is there",
        )
    }
}

#[cfg(feature = "split")]
impl From<leptos::wasm_split::SplitLoaderError> for NotLoaded {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// `part! { in part_name: fn name(argument: Type) -> Type { body } }` makes an async function that first fetches the part.
macro_rules! part {
    ($($(#[$doc:meta])* in $part:ident: $vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty $body:block)*) => {$(
        $(#[$doc])*
        // The bridge between the parts is foreign code to the compiler; nothing of ours is unsafe.
        #[cfg_attr(feature = "split", allow(unsafe_code))]
        $vis async fn $name($($argument: $type),*) -> Result<$result, $crate::lazy::NotLoaded> {
            #[cfg(feature = "split")]
            #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, fallible)]
            fn $name($($argument: $type),*) -> Result<$result, $crate::lazy::NotLoaded> {
                let result = $body;
                Ok(result)
            }
            #[cfg(not(feature = "split"))]
            async fn $name($($argument: $type),*) -> Result<$result, $crate::lazy::NotLoaded> {
                let result = $body;
                Ok(result)
            }
            $name($($argument),*).await
        }
    )*};
}

pub(crate) use part;
