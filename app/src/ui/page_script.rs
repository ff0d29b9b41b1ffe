//! Scripts of our own beside the portal's code, which the browser asks for where a page needs one.

use leptos::prelude::*;
use leptos::web_sys::Element;

/// Loads a script, once in the life of a page. The head of the page says by a `meta` of its name where it is; a portal that was built
/// without it says nothing.
pub(crate) fn load_script(name: &str) {
    let document = document();
    let id = format!("{name}-script");
    let path =
        document.query_selector(&format!("meta[name={name}]")).ok().flatten().and_then(|named: Element| named.get_attribute("content"));
    let (Some(path), None) = (path, document.get_element_by_id(&id)) else { return };
    let Ok(script) = document.create_element("script") else { return };
    script.set_id(&id);
    for (name, value) in [("type", "module"), ("src", path.as_str())] {
        let _ = script.set_attribute(name, value);
    }
    if let Some(head) = document.query_selector("head").ok().flatten() {
        let _ = head.append_child(&script);
    }
}
