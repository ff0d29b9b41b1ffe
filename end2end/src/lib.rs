//! People in a real browser: each with a window of their own, in which any console error, warning, failed request or
//! uncaught exception fails the journey.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::missing_panics_doc)]

mod axe;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use playwright_rs::protocol::{
    Browser, BrowserContext, BrowserContextOptions, ColorScheme, EmulateMediaOptions, Page, ReducedMotion, ScreenshotOptions, Viewport,
};
use playwright_rs::{LaunchOptions, Playwright, expect};
use testkit::Sluice;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use axe::{Axe, EVERY_LOOK, Look, TWO_LOOKS};

/// Chromium as Debian packages it, kept from calling anybody.
const ARGUMENTS: [&str; 6] =
    ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/// A browser and the server that it looks at.
pub struct Stage {
    pub server: Sluice,
    _playwright: Playwright,
    browser: Browser,
    _turn: SemaphorePermit<'static>,
}

/// Each stage has a browser and a server, and both have to be quick.
static STAGES: Semaphore = Semaphore::const_new(2);

/// How a person's window is.
#[derive(Clone, Copy)]
pub struct Window {
    pub width: u32,
    pub height: u32,
    pub script: bool,
}

/// A page or an answer is there by then.
const SOON: Duration = Duration::from_secs(15);

pub const DESK: Window = Window { width: 1440, height: 900, script: true };
pub const PHONE: Window = Window { width: 390, height: 844, script: true };
pub const NO_SCRIPT: Window = Window { width: 1440, height: 900, script: false };

/// Somebody at a window.
pub struct Person {
    pub page: Page,
    context: BrowserContext,
    url: String,
    name: String,
    script: bool,
    wrong: Arc<Mutex<Vec<String>>>,
    /// Statuses that this journey asks for itself.
    allowed: Arc<Mutex<Vec<i32>>>,
}

impl Stage {
    pub async fn open() -> Self {
        let turn = STAGES.acquire().await.unwrap();
        let server = Sluice::demo(&testkit::binary_beside_tests());
        let playwright = Playwright::launch().await.expect("playwright-core is set up by scripts/setup.sh test");
        let options = LaunchOptions::default().executable_path("/usr/bin/chromium".to_owned()).args(ARGUMENTS.map(str::to_owned).to_vec());
        let browser = playwright.chromium().launch_with_options(options).await.unwrap();
        Self { server, _playwright: playwright, browser, _turn: turn }
    }

    /// Opens a window and signs in as one of the demo's people, by a click on the sign-in page.
    pub async fn person(&self, email: &str, window: Window) -> Person {
        let person = self.window_of(email, window).await;
        person.go("/sign-in").await;
        person.click(&format!("button[value=\"{email}\"]")).await;
        person.sees(&format!(".account[aria-label=\"Account: {email}\"]")).await;
        person
    }

    /// Opens a window of somebody who does not sign in.
    pub async fn stranger(&self, window: Window) -> Person {
        self.window_of("a stranger", window).await
    }

    async fn window_of(&self, name: &str, window: Window) -> Person {
        let viewport = Viewport { width: window.width, height: window.height };
        let options = BrowserContextOptions::builder().viewport(viewport).javascript_enabled(window.script).build();
        let context = self.browser.new_context_with_options(options).await.unwrap();
        let page = context.new_page().await.unwrap();
        let (wrong, allowed) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        watch(&page, &wrong, &allowed).await;
        lets_go(&page).await;
        Person { page, context, url: self.server.url.clone(), name: name.to_owned(), script: window.script, wrong, allowed }
    }

    /// The approver opens a request of this title, looks at it, and says yes.
    pub async fn approves(&self, title: &str) {
        let approver = self.person("approver@demo", DESK).await;
        approver.go("/inbox").await;
        approver.click(&format!("a:has-text(\"{title}\")")).await;
        approver.sees(&format!("h1:has-text(\"{title}\")")).await;
        // A request without a statement has nothing to copy; its form works before the page is alive, too.
        if approver.page.locator("button[aria-label^=\"Copy\"]").count().await.unwrap() > 0 {
            approver.alive().await;
        }
        approver.accepts_costs().await;
        approver.click("button:has-text(\"Approve and release\")").await;
        approver.sees("text=approved and released this version").await;
        approver.leaves().await;
    }

    pub async fn close(self) {
        self.browser.close().await.unwrap();
    }
}

/// Says yes where the browser asks whether a page with something unsaved may go: `go` and a reload leave whatever is there.
async fn lets_go(page: &Page) {
    page.on_dialog(|dialog| async move { dialog.accept(None).await }).await.unwrap();
}

async fn watch(page: &Page, wrong: &Arc<Mutex<Vec<String>>>, allowed: &Arc<Mutex<Vec<i32>>>) {
    let (log, may) = (wrong.clone(), allowed.clone());
    page.on_console(move |message| {
        let (log, may) = (log.clone(), may.clone());
        async move {
            let kind = message.type_().to_owned();
            // Chromium says a refused request in the console too; the response itself is judged below.
            let asked_for = message.text().starts_with("Failed to load resource") && !may.lock().unwrap().is_empty();
            if matches!(kind.as_str(), "error" | "warning") && !asked_for {
                log.lock().unwrap().push(format!("console {kind}: {}", message.text()));
            }
            Ok(())
        }
    })
    .await
    .unwrap();
    let log = wrong.clone();
    page.on_pageerror(move |error| {
        let log = log.clone();
        async move {
            log.lock().unwrap().push(format!("uncaught: {error}"));
            Ok(())
        }
    })
    .await
    .unwrap();
    let (log, may) = (wrong.clone(), allowed.clone());
    page.on_response(move |response| {
        let (log, may) = (log.clone(), may.clone());
        async move {
            let status = i32::from(response.status());
            if status >= 400 && !may.lock().unwrap().contains(&status) {
                log.lock().unwrap().push(format!("{status} for {}", response.url()));
            }
            Ok(())
        }
    })
    .await
    .unwrap();
}

impl Person {
    pub async fn go(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.url), None).await.unwrap();
        if self.script {
            self.sees("html[data-hydrated]").await;
        }
    }

    /// The journey asks for this status itself: a wrong input, told so.
    pub fn expects_status(&self, status: i32) {
        self.allowed.lock().unwrap().push(status);
    }

    /// Says yes to what a request costs, where it asks for that.
    pub async fn accepts_costs(&self) {
        // Whether it asks can be told once its form is there.
        self.sees("button:has-text(\"Approve and release\")").await;
        let costs = self.page.locator("input[name=accept_costs]");
        if costs.count().await.unwrap() > 0 {
            costs.first().check(None).await.unwrap();
        }
    }

    /// Sends a draft for review from its last step.
    pub async fn sends(&self, path: &str) {
        self.go(&format!("/apis/{path}/edit?step=send")).await;
        // The check asks the source, and may wait as long as the API's own time-out lets it.
        self.sees_within("text=Check passed.", Duration::from_secs(60)).await;
        self.click("button:has-text(\"Send for review\")").await;
        self.sees("text=You sent this").await;
    }

    pub async fn click(&self, selector: &str) {
        self.page.locator(selector).first().click(None).await.unwrap_or_else(|error| panic!("{} clicks {selector}: {error}", self.name));
    }

    /// Clicks what asks first, and says yes. A page that draws itself anew at this moment may take the question away once.
    pub async fn confirms(&self, selector: &str) {
        let yes = self.page.locator("dialog:popover-open button[type=submit]");
        for _ in 0..5 {
            self.click(selector).await;
            let asked = expect(yes.first()).with_timeout(Duration::from_secs(2)).to_be_visible().await;
            if asked.is_ok() && yes.first().click(None).await.is_ok() {
                return;
            }
        }
        panic!("{} is not asked by {selector}", self.name);
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        self.page
            .locator(selector)
            .first()
            .fill(text, None)
            .await
            .unwrap_or_else(|error| panic!("{} fills {selector}: {error}", self.name));
    }

    /// Key by key, behind what stands there.
    pub async fn types(&self, selector: &str, text: &str) {
        let typed = self.page.locator(selector).first().press_sequentially(text, None).await;
        typed.unwrap_or_else(|error| panic!("{} types into {selector}: {error}", self.name));
    }

    pub async fn picks(&self, selector: &str, value: &str) {
        self.page
            .locator(selector)
            .first()
            .select_option(value, None)
            .await
            .unwrap_or_else(|error| panic!("{} picks {value} in {selector}: {error}", self.name));
    }

    pub async fn sees(&self, selector: &str) {
        self.sees_within(selector, SOON).await;
    }

    pub async fn sees_within(&self, selector: &str, time: Duration) {
        let shown = expect(self.page.locator(selector).first()).with_timeout(time).to_be_visible().await;
        if let Err(error) = shown {
            let path = self.shot("failed").await;
            panic!(
                "{} does not see {selector} at {}: {error}\n{:?}\n{}",
                self.name,
                self.page.url(),
                self.wrong.lock().unwrap(),
                path.display()
            );
        }
    }

    pub async fn reads(&self, selector: &str, text: &str) {
        let shown = expect(self.page.locator(selector).first()).with_timeout(SOON).to_contain_text(text).await;
        if let Err(error) = shown {
            let path = self.shot("failed").await;
            panic!("{} does not read “{text}” in {selector}: {error}\n{:?}\n{}", self.name, self.wrong.lock().unwrap(), path.display());
        }
    }

    /// Waits until the page is alive: its own script has taken over what the server rendered.
    pub async fn alive(&self) {
        self.sees("button[aria-label^=\"Copy\"]:not([hidden])").await;
    }

    async fn shot(&self, name: &str) -> PathBuf {
        let folder = std::env::var("SLUICE_SCREENSHOTS").map_or_else(|_| std::env::temp_dir(), PathBuf::from);
        let path = folder.join(format!("{name}.png"));
        let options = ScreenshotOptions::builder().build();
        self.page.screenshot_to_file(&path, options).await.unwrap();
        path
    }

    /// Lets the system ask for a theme.
    async fn prefers(&self, scheme: ColorScheme) {
        self.page
            .emulate_media(EmulateMediaOptions::builder().color_scheme(scheme).reduced_motion(ReducedMotion::Reduce).build())
            .await
            .unwrap();
        // What moves from one scheme to the other has to arrive first; what is taken away meanwhile moves no more.
        let settled = "Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => 0))).then(() => 0)";
        self.page.evaluate::<(), f64>(settled, None).await.unwrap();
    }

    /// Makes the window as wide and high as another one.
    pub async fn resizes(&self, window: Window) {
        self.page.set_viewport_size(Viewport { width: window.width, height: window.height }).await.unwrap();
    }

    /// Waits until the page says of nothing that it is still loading.
    pub async fn has_all(&self) {
        let busy = self.page.locator("[aria-busy=true]");
        let done = expect(busy).with_timeout(Duration::from_secs(60)).to_have_count(0).await;
        assert!(done.is_ok(), "{} waits for ever at {}", self.name, self.page.url());
    }

    /// Leaves a picture in light and one in dark.
    pub async fn shots(&self, name: &str) {
        for (scheme, word) in [(ColorScheme::Light, "light"), (ColorScheme::Dark, "dark")] {
            self.prefers(scheme).await;
            self.shot(&format!("{name}-{word}")).await;
        }
        self.page.emulate_media(EmulateMediaOptions::builder().color_scheme(ColorScheme::Light).build()).await.unwrap();
    }

    /// Nothing sticks out of the window sideways.
    pub async fn fits(&self) {
        let over: f64 = self.page.evaluate::<(), f64>("document.documentElement.scrollWidth - window.innerWidth", None).await.unwrap();
        assert!(over <= 0.5, "{} at {}: {over} px stick out", self.name, self.page.url());
    }

    /// Closes the window; nothing may have gone wrong in it.
    pub async fn leaves(self) {
        self.context.close().await.unwrap();
        let wrong = self.wrong.lock().unwrap();
        assert!(wrong.is_empty(), "{}: {}", self.name, wrong.join("\n"));
    }
}
