// `<sql-editor>`: makes an editor with colours and completion (CodeMirror) of the text area inside it.
//
// The text area stays the source of truth. Each change goes into it with an `input` event, and whoever writes its value or gives it
// the focus, with something selected in it, does that to the editor. Without this script the text area is what people type into.

import { autocompletion, ifNotIn } from "@codemirror/autocomplete";
import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import { MySQL, PostgreSQL, SQLite, StandardSQL, sql } from "@codemirror/lang-sql";
import { syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { Annotation, Compartment } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, keymap, lineNumbers } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

// DataFusion reads SQL as PostgreSQL does. ClickHouse has no list of its own here.
const DIALECTS = { postgres: PostgreSQL, datafusion: PostgreSQL, mysql: MySQL, sqlite: SQLite };

// Marks changes that come from the text area, and need not go back into it.
const outside = Annotation.define();

const colours = syntaxHighlighting(
  tagHighlighter([
    { tag: [tags.keyword, tags.bool, tags.null], class: "cm-keyword" },
    { tag: [tags.typeName, tags.standard(tags.name)], class: "cm-type" },
    { tag: tags.string, class: "cm-string" },
    { tag: tags.special(tags.string), class: "cm-name" },
    { tag: tags.number, class: "cm-number" },
    { tag: tags.comment, class: "cm-comment" },
  ]),
);

// `:name`, `[[` and `]]` are no SQL, so the language does not know them. `a::int` is a cast, and `a[1:n]` a slice.
const parameter = Decoration.mark({ class: "cm-parameter" });
const placeholders = new MatchDecorator({
  regexp: /\[\[|\]\]|:+[A-Za-z_]\w*/g,
  decorate(add, from, to, [found], { state }) {
    const isCast = found.startsWith("::") || (found.startsWith(":") && /\w/.test(state.sliceDoc(from - 1, from)));
    const isText = /Comment|String|Quoted/.test(syntaxTree(state).resolveInner(from, 1).name);
    if (!isCast && !isText) add(from, to, parameter);
  },
});
const placeholderColours = ViewPlugin.define(
  (view) => ({
    marks: placeholders.createDeco(view),
    update({ docChanged, startState, state, view, viewportChanged }) {
      if (docChanged || viewportChanged || syntaxTree(startState) !== syntaxTree(state)) this.marks = placeholders.createDeco(view);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);

// Every colour, size and border is one of the portal's tokens, which know light and dark.
const theme = EditorView.theme({
  "&": { border: "var(--border-control)", borderRadius: "var(--radius-2)", backgroundColor: "var(--color-surface)", color: "var(--code-text)", fontSize: "var(--size-12)", overflow: "hidden", minWidth: "0" },
  "&:hover": { borderColor: "var(--color-control-hover)" },
  "&.cm-focused": { outline: "0", borderColor: "var(--color-focus)", boxShadow: "0 0 0 3px color-mix(in oklab, var(--color-focus) 26%, transparent)" },
  ".field-bad &": { borderColor: "var(--color-bad-solid)", boxShadow: "0 0 0 1px var(--color-bad-solid)" },
  ".cm-scroller": { minHeight: "18rem", maxHeight: "36rem", overflow: "auto", fontFamily: "var(--font-code)", fontFeatureSettings: '"zero", "calt" 0', lineHeight: "var(--line-code)" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--color-text)" },
  ".cm-line": { padding: "0 0.625rem" },
  ".cm-gutters": { backgroundColor: "var(--color-sunken)", color: "var(--color-text-3)", borderRight: "var(--border)" },
  ".cm-keyword": { color: "var(--code-key)" },
  ".cm-type": { color: "var(--code-word)" },
  ".cm-string": { color: "var(--code-string)" },
  ".cm-number": { color: "var(--code-number)" },
  ".cm-comment": { color: "var(--code-note)" },
  // The language can colour a placeholder as well, inside of this mark.
  ".cm-parameter, .cm-parameter *": { color: "var(--code-word)", fontWeight: "var(--weight-strong)" },
  ".cm-tooltip": { border: "var(--border-2)", borderRadius: "var(--radius-2)", backgroundColor: "var(--color-raised)", color: "var(--color-text)", boxShadow: "var(--shadow-2)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)", minWidth: "min(16rem, 80vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "0.75rem", padding: "0.25rem 0.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--color-accent)", color: "var(--color-on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "var(--weight-strong)" },
  ".cm-completionDetail": { flex: "1", minWidth: "0", marginLeft: "0", overflow: "hidden", textOverflow: "ellipsis", textAlign: "end", fontStyle: "normal", fontFamily: "var(--font-ui)" },
});

/** The tables with their columns, as the language completes them behind a table, an alias or a schema. */
function schema(tables) {
  const all = Object.create(null);
  for (const table of tables) {
    const within = table.schema ? (all[escaped(table.schema)] ??= Object.create(null)) : all;
    within[escaped(table.name)] = {
      self: { label: table.name, apply: table.sql, type: "type" },
      children: table.columns.map((column) => ({ label: column.name, apply: column.sql, detail: column.type, type: "property" })),
    };
  }
  return all;
}

/** A point in a name parts no schema from a table. */
const escaped = (name) => name.replaceAll(".", "\\.");

/** Completes columns without a table before them: of the tables that the text names, or of all while it names none. */
function columns(tables) {
  return ifNotIn(["String", "LineComment", "BlockComment", "QuotedIdentifier"], (context) => {
    const word = context.matchBefore(/\w+/);
    const from = word ? word.from : context.pos;
    // Behind a point the language knows better, and behind a colon stands a parameter.
    if ((!word && !context.explicit) || /[.:]/.test(context.state.sliceDoc(from - 1, from))) return null;
    const words = new Set(context.state.doc.toString().toLowerCase().match(/[\p{L}\d_$]+/gu));
    const named = tables.filter((table) => words.has(table.name.toLowerCase()));
    const found = new Map();
    for (const table of named.length > 0 ? named : tables) {
      for (const column of table.columns) {
        const known = found.get(column.name);
        if (known) known.detail += `, ${table.name}`;
        else found.set(column.name, { label: column.name, apply: column.sql, detail: table.name, type: "property", boost: 1 });
      }
    }
    return { from, options: [...found.values()], validFor: /^\w*$/ };
  });
}

/** The language of a source, with what is completed of it. */
function language({ dialect, tables }) {
  const spoken = DIALECTS[dialect] ?? StandardSQL;
  return [sql({ dialect: spoken, schema: schema(tables) }), spoken.language.data.of({ autocomplete: columns(tables) })];
}

/** What makes one text of another. What stays stays where it is, and the cursor with it. */
function change(before, after) {
  let [from, end, to] = [0, before.length, after.length];
  while (from < Math.min(end, to) && before[from] === after[from]) from++;
  while (end > from && to > from && before[end - 1] === after[to - 1]) end--, to--;
  return { from, to: end, insert: after.slice(from, to) };
}

const VALUE = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");

class SqlEditor extends HTMLElement {
  #names = { tables: [] };
  #language = new Compartment();
  #area;
  #view;
  #gone;

  /** JSON: the dialect of the source, and its tables with their columns. */
  set names(json) {
    this.#names = JSON.parse(json);
    this.#view?.dispatch({ effects: this.#language.reconfigure(language(this.#names)) });
  }

  connectedCallback() {
    // Set before this script was there, it is a property of the element itself, which hides the one above.
    if (Object.hasOwn(this, "names")) {
      const { names } = this;
      delete this.names;
      this.names = names;
    }
    const area = this.querySelector("textarea");
    if (!area || this.#view) return;
    const hadFocus = document.activeElement === area;
    this.#area = area;
    this.#view = new EditorView({
      doc: area.value,
      selection: { anchor: area.selectionStart, head: area.selectionEnd },
      extensions: this.#extensions(),
    });
    area.after(this.#view.dom);
    this.#takeOver(area);
    if (hadFocus) this.#view.focus();
  }

  disconnectedCallback() {
    if (!this.#view) return;
    this.#gone.abort();
    this.#view.destroy();
    this.#view = undefined;
    delete this.#area.value;
    delete this.#area.focus;
    this.#area.hidden = false;
  }

  // Tab is bound to nothing, so it leaves the editor.
  #extensions() {
    const nonce = document.querySelector("script[nonce]")?.nonce ?? "";
    return [
      EditorView.cspNonce.of(nonce),
      theme,
      colours,
      placeholderColours,
      lineNumbers(),
      history(),
      autocompletion({ icons: false }),
      keymap.of([...standardKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of(() => this.#attributes()),
      EditorView.updateListener.of((update) => this.#tell(update)),
      this.#language.of(language(this.#names)),
    ];
  }

  /** Takes the place of the text area, which is there for the page's own script from now on. */
  #takeOver(area) {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    area.hidden = true;
    Object.defineProperty(area, "value", {
      configurable: true,
      get: () => VALUE.get.call(area),
      set: (text) => {
        VALUE.set.call(area, text);
        this.#take();
      },
    });
    // Whoever gives it the focus may have changed something in it before, or selected it.
    area.focus = () => {
      const { selectionStart: anchor, selectionEnd: head } = area;
      this.#take();
      this.#view.dispatch({ selection: { anchor, head }, scrollIntoView: true });
      this.#view.focus();
    };
    area.labels[0]?.addEventListener("click", () => this.#view.focus(), { signal });
    // An update without a change reads the attributes again.
    const attributes = new MutationObserver(() => this.#view?.dispatch({}));
    attributes.observe(area, { attributeFilter: ["aria-invalid", "aria-describedby"] });
    signal.addEventListener("abort", () => attributes.disconnect());
  }

  /** What says what the editor is called, what describes it, and whether it is at fault. */
  #attributes() {
    const [label] = this.#area.labels;
    if (label) label.id ||= `${this.#area.id}-label`;
    const found = label ? { "aria-labelledby": label.id } : {};
    for (const name of ["aria-invalid", "aria-describedby"]) {
      const value = this.#area.getAttribute(name);
      if (value !== null) found[name] = value;
    }
    return found;
  }

  /** Takes the text of the text area. */
  #take() {
    const [before, after] = [this.#view.state.doc.toString(), VALUE.get.call(this.#area)];
    if (before !== after) this.#view.dispatch({ changes: change(before, after), annotations: outside.of(true) });
  }

  /** Tells the text area of a change and of what is selected. */
  #tell({ docChanged, selectionSet, state, transactions }) {
    if (docChanged && !transactions.some((transaction) => transaction.annotation(outside))) {
      VALUE.set.call(this.#area, state.doc.toString());
      this.#area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (docChanged || selectionSet) {
      const { from, to } = state.selection.main;
      this.#area.setSelectionRange(from, to);
    }
  }
}

customElements.define("sql-editor", SqlEditor);
