/** A table that is sorted by its heads, paged where it is long, and downloaded. */
import { csvOf, download } from "./download.ts";
import { byId, el } from "./element.ts";
import { keptFocus } from "./kept.ts";
import { counted, wholeText } from "./numbers.ts";

export interface Column<Row> {
  /** In the URL, and as the column's head in a CSV file; null: not in the file. */
  name: string;
  title: string;
  /** What is shown. */
  text(row: Row): string;
  /** What is sorted by. */
  value(row: Row): number | string;
  /** What stands in a CSV file. @default not in it */
  csv?(row: Row): string;
  /** A number stands at the right. */
  isNumber?: boolean;
  /** Shown in full where the cell is pointed at, as `text` is cut. */
  whole?(row: Row): string;
}

export interface Sort {
  column: string;
  descending: boolean;
}

/** Up to so many rows are on one page. */
const PAGE = 500;

/** In the elements `ID`, `ID-count`, `ID-pages` and `ID-csv` of the template. */
export class Table<Row> {
  readonly #table: HTMLTableElement;
  readonly #count: HTMLElement;
  readonly #pages: HTMLElement;
  readonly #columns: readonly Column<Row>[];
  readonly #onSort: (sort: Sort) => void;
  readonly #heads = new Map<string, HTMLTableCellElement>();
  readonly #body = el("tbody");
  #rows: Row[] = [];
  #page = 0;

  constructor(
    id: string,
    caption: string,
    columns: readonly Column<Row>[],
    { fileName, onSort }: { fileName: () => string; onSort: (sort: Sort) => void },
  ) {
    this.#table = byId<HTMLTableElement>(id);
    this.#count = byId(`${id}-count`);
    this.#pages = byId(`${id}-pages`);
    this.#columns = columns;
    this.#onSort = onSort;
    const heads = columns.map((column) => this.#head(column));
    this.#table.replaceChildren(
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...heads)),
      this.#body,
    );
    byId(`${id}-csv`).onclick = () => download(fileName(), this.#csv(), "text/csv;charset=utf-8");
  }

  /** The page that is shown, from 0. */
  get page(): number {
    return this.#page;
  }

  /**
   * @param rows are sorted here; of equal ones the order stays
   * @param page the last one where there are fewer
   */
  show(rows: readonly Row[], { column: name, descending }: Sort, page = 0): void {
    const column = this.#columns.find((column) => column.name === name) ?? this.#columns[0]!;
    const sign = descending ? -1 : 1;
    this.#rows = [...rows].sort((one, other) => {
      const [a, b] = [column.value(one), column.value(other)];
      return a < b ? -sign : a > b ? sign : 0;
    });
    for (const [name, head] of this.#heads) {
      if (name === column.name) head.ariaSort = descending ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    }
    this.#showPage(Math.min(page, Math.max(0, Math.ceil(rows.length / PAGE) - 1)));
  }

  #head(column: Column<Row>): HTMLTableCellElement {
    const button = el("button", { type: "button" }, column.title);
    const head = el("th", { scope: "col", class: column.isNumber ? "number" : null }, button);
    button.onclick = () => {
      this.#onSort({ column: column.name, descending: head.ariaSort === "ascending" });
    };
    this.#heads.set(column.name, head);
    return head;
  }

  #showPage(page: number): void {
    this.#page = page;
    const from = page * PAGE;
    const rows = this.#rows.slice(from, from + PAGE);
    this.#body.replaceChildren(...rows.map((row) => this.#row(row)));
    const all = counted(this.#rows.length, "row");
    const isPaged = this.#rows.length > PAGE;
    this.#count.textContent = isPaged
      ? `Rows ${wholeText(from + 1)} to ${wholeText(from + rows.length)} of ${all}`
      : all;
    this.#pages.replaceChildren(...(isPaged ? this.#pageButtons() : []));
  }

  #pageButtons(): HTMLElement[] {
    const last = Math.ceil(this.#rows.length / PAGE) - 1;
    const button = (text: string, page: number) => {
      const isOff = page < 0 || page > last || page === this.#page;
      const element = el("button", { type: "button", disabled: isOff }, text);
      element.onclick = () => {
        const focus = keptFocus();
        this.#showPage(page);
        this.#table.scrollIntoView({ block: "start" });
        focus();
      };
      return element;
    };
    return [
      button("First", 0),
      button("Previous", this.#page - 1),
      button("Next", this.#page + 1),
      button("Last", last),
    ];
  }

  #row(row: Row): HTMLTableRowElement {
    const cells = this.#columns.map((column, i) => {
      const attributes = {
        class: column.isNumber ? "number" : null,
        title: column.whole?.(row) ?? null,
      };
      return i === 0
        ? el("th", { scope: "row", ...attributes }, column.text(row))
        : el("td", attributes, column.text(row));
    });
    return el("tr", {}, ...cells);
  }

  #csv(): string {
    const columns = this.#columns.filter(({ csv }) => csv !== undefined);
    const heads = columns.map(({ name }) => name);
    return csvOf([heads, ...this.#rows.map((row) => columns.map(({ csv }) => csv!(row)))]);
  }
}
