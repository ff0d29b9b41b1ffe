//! The document around every page.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::{App, LazyArea};

/// The theme that was chosen, or none: then the reader's system decides.
fn chosen_theme() -> Option<String> {
    #[cfg(feature = "ssr")]
    return crate::session::theme();
    #[cfg(not(feature = "ssr"))]
    None
}

/// Takes the code of the page out of its template once the page has been painted, so that on a slow line it does not come
/// before what is read first. A page that nobody sees yet is not painted, and does not wait.
const LOAD_CODE: &str = include_str!("load_code.js");

/// Where the server serves what every page begins with: named by its content.
#[derive(Clone, Copy)]
pub struct PageFiles {
    /// The icon of the page, as the browser shows it beside its title.
    pub icon: &'static str,
    pub style: &'static str,
    /// The font of all text, which is fetched before the style asks for it.
    pub text_font: &'static str,
    /// What loads the areas, which the browser half asks for before anything else. None where it was never built.
    pub loader: Option<&'static str>,
    /// The script of the SQL editor, which the pages that have one load. None where it was never built.
    pub sql_editor: Option<&'static str>,
    /// The script of charts, which the pages that have some load.
    pub charts: &'static str,
    /// What each lazy area is made of, by its name.
    pub areas: &'static [(&'static str, &'static [&'static str])],
}

impl PageFiles {
    /// What the page of this request needs beside what every page loads.
    fn of_this_page(self) -> &'static [&'static str] {
        let name = area_of_request().map(LazyArea::name);
        self.areas.iter().find(|(area, _)| Some(*area) == name).map(|(_, files)| *files).unwrap_or_default()
    }
}

fn area_of_request() -> Option<LazyArea> {
    #[cfg(feature = "ssr")]
    return LazyArea::of(use_context::<leptos_router::location::RequestUrl>()?.parse().ok()?.path());
    #[cfg(not(feature = "ssr"))]
    None
}

pub fn shell(options: LeptosOptions, files: PageFiles) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=chosen_theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=files.icon type="image/svg+xml"/>
                <link rel="preload" href=files.text_font r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=files.style/>
                <template id="page-code">
                    <HydrationScripts options/>
                    {files.loader.map(|href| view! { <link rel="modulepreload" href=href/> })}
                    {files.of_this_page().iter().map(|href| view! {
                        <link rel="preload" href=*href r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
                    }).collect_view()}
                </template>
                <script type="module" nonce=use_nonce()>{LOAD_CODE}</script>
                {files.sql_editor.map(|path| view! { <meta name="sql-editor" content=path/> })}
                <meta name="charts" content=files.charts/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
