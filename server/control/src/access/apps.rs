//! Apps: the consumers of APIs.

use model::audit::AuditAction;
use model::clock::Millis;
use model::list::{ListPage, ListQuery};
use model::name::check_name;
use model::origin::{MAX_ORIGINS, read_origin};
use model::view::{AppView, KeyView};
use model::{Action, Problem};
use store::{AppRow, KeyRow, StoreError};

use crate::apis::Inventory;
use crate::failure::{from_json, origins};
use crate::listing::Listing;
use crate::{Caller, Control};

/// How the list of apps, each behind its owner, is searched, filtered and sorted.
const APPS: Listing<(String, AppRow)> = Listing {
    texts: |(owner, app)| vec![app.domain.as_str(), app.name.as_str(), owner.as_str()],
    orders: &[("app", |(_, a), (_, b)| (&a.domain, &a.name).cmp(&(&b.domain, &b.name))), ("owner", |(a, _), (b, _)| a.cmp(b))],
    filters: &[("domain", |(_, app), domain| app.domain == domain)],
};

impl Control {
    /// The apps of the caller's domains, with their keys (never the secrets) and grants.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn apps(&self, caller: &Caller) -> Result<Vec<AppView>, Problem> {
        let apps: Vec<AppRow> = self.store.apps().await?.into_iter().filter(|app| caller.can(Action::See, &app.domain)).collect();
        self.app_views(&apps, &self.inventory().await?).await
    }

    /// One page of them. The keys, issuers and grants of those that are shown alone are looked at.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_apps(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<AppView>, Problem> {
        let inventory = self.inventory().await?;
        let apps = self.store.apps().await?.into_iter().filter(|app| caller.can(Action::See, &app.domain));
        let listed = apps.map(|app| (inventory.email(&app.owner_id), app)).collect();
        let ListPage { rows, extent } = APPS.page(listed, query);
        let apps: Vec<AppRow> = rows.into_iter().map(|(_, app)| app).collect();
        Ok(ListPage { rows: self.app_views(&apps, &inventory).await?, extent })
    }

    async fn app_views(&self, apps: &[AppRow], inventory: &Inventory) -> Result<Vec<AppView>, Problem> {
        let keys = self.store.keys().await?;
        let issuers = self.store.issuers().await?;
        let now = self.host.now();
        let mut views = Vec::with_capacity(apps.len());
        for app in apps {
            let mine = keys.iter().filter(|key| key.app_id == app.id);
            views.push(AppView {
                domain: app.domain.clone(),
                name: app.name.clone(),
                owner: inventory.email(&app.owner_id),
                created_at: app.created_at,
                origins: origins(app)?,
                keys: mine.map(|key| key_view(key, now)).collect::<Result<_, StoreError>>()?,
                issuers: Self::issuers_of_app(app, &issuers)?,
                grants: self.grants_of_app(app, inventory).await?,
            });
        }
        Ok(views)
    }

    /// One app.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn app(&self, caller: &Caller, domain: &str, name: &str) -> Result<AppView, Problem> {
        let apps = self.apps(caller).await?;
        apps.into_iter()
            .find(|app| app.domain == domain && app.name == name)
            .ok_or_else(|| Problem::not_found(format!("app {domain}/{name}")))
    }

    /// Makes an app.
    ///
    /// # Errors
    /// A name that may not be used, or is taken.
    pub async fn new_app(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditApp, domain)?;
        check_name(name).map_err(|message| Problem::field("name", message))?;
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let row = AppRow {
            id: self.host.id(),
            domain: domain.into(),
            name: name.into(),
            owner_id: caller.user_id.clone(),
            created_at: self.host.now(),
            origins: "[]".into(),
        };
        let mut tx = self.write(caller).await?;
        tx.insert_app(&row).await.map_err(|error| match error {
            StoreError::Taken => Problem::field("name", format!("Domain {domain} already has an app with this name. Choose another name.")),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::AppMade, (domain, &format!("{domain}/{name}")), None, None).await?;
        self.commit(tx).await
    }

    /// Says which pages' scripts may call with an app's key and read the answers.
    ///
    /// # Errors
    /// For those who may change apps; an origin that cannot be read, or more than an app has.
    pub async fn set_origins(&self, caller: &Caller, domain: &str, name: &str, origins: &[String]) -> Result<(), Problem> {
        caller.authorise(Action::EditApp, domain)?;
        let app = self.visible_app(caller, domain, name).await?;
        let mut read = Vec::with_capacity(origins.len());
        for origin in origins.iter().filter(|origin| !origin.trim().is_empty()) {
            let origin = read_origin(origin).map_err(|message| Problem::field("origins", message))?;
            if !read.contains(&origin) {
                read.push(origin);
            }
        }
        if read.len() > MAX_ORIGINS {
            return Err(Problem::field("origins", format!("At most {MAX_ORIGINS} allowed origins.")));
        }
        let text = serde_json::to_string(&read).map_err(|error| from_json(&error))?;
        let mut tx = self.write(caller).await?;
        tx.set_origins(&app.id, &text).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found(format!("app {domain}/{name}")),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::AppOrigins, (domain, &format!("{domain}/{name}")), Some(app.origins), Some(text)).await?;
        self.commit(tx).await
    }

    /// Deletes an app with its keys, its issuers and its grants, at once and for good.
    ///
    /// # Errors
    /// For those who may change apps; where there is no such app.
    pub async fn delete_app(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditApp, domain)?;
        let app = self.visible_app(caller, domain, name).await?;
        let inventory = self.inventory().await?;
        let keys = self.store.keys().await?;
        let keys: Vec<String> = keys.into_iter().filter(|key| key.app_id == app.id).map(|key| key.id).collect();
        let grants = self.grants_of_app(&app, &inventory).await?;
        let grants: Vec<String> = grants.iter().map(|grant| format!("{}/{}", grant.api_domain, grant.api)).collect();
        let before = format!("keys: {}; grants: {}", keys.join(", "), grants.join(", "));
        let mut tx = self.write(caller).await?;
        tx.delete_app(&app.id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found(format!("app {domain}/{name}")),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::AppDeleted, (domain, &format!("{domain}/{name}")), Some(before), None).await?;
        self.commit(tx).await
    }

    pub(crate) async fn visible_app(&self, caller: &Caller, domain: &str, name: &str) -> Result<AppRow, Problem> {
        let missing = || Problem::not_found(format!("app {domain}/{name}"));
        if !caller.can(Action::See, domain) {
            return Err(missing());
        }
        self.store.app(domain, name).await?.ok_or_else(missing)
    }
}

fn key_view(key: &KeyRow, now: Millis) -> Result<KeyView, StoreError> {
    Ok(KeyView {
        id: key.id.clone(),
        environment: key.decoded_environment()?,
        created_by: key.created_by.clone(),
        created_at: key.created_at,
        expires_at: key.expires_at,
        expired: key.expires_at.is_some_and(|end| end <= now),
        revoked_at: key.revoked_at,
    })
}
