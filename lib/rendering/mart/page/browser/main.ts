/** The page in the browser: it reads its data from the page itself. */
import type { PageData } from "../data.ts";
import { byId } from "./element.ts";
import { Page } from "./page.ts";

new Page().show(JSON.parse(byId("data").textContent ?? "") as PageData);
