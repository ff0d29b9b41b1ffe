//! The document around every page.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;

/// The theme that was chosen, or none: then the reader's system decides.
fn chosen_theme() -> Option<String> {
    #[cfg(feature = "ssr")]
    return crate::session::theme();
    #[cfg(not(feature = "ssr"))]
    None
}

/// Where the server serves what every page begins with: named by its content.
#[derive(Clone, Copy)]
pub struct PageFiles {
    pub style: &'static str,
    /// The font of all text, which is fetched before the style asks for it.
    pub text_font: &'static str,
}

pub fn shell(options: LeptosOptions, files: PageFiles) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=chosen_theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="preload" href=files.text_font r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=files.style/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
