/** The page in the browser: it reads its data from the page itself, and asks on where it is served. */
import type { PageData } from "../data.ts";
import { byId } from "./element.ts";
import { keepLive } from "./live.ts";
import { Page } from "./page.ts";

const data = JSON.parse(byId("data").textContent ?? "") as PageData;
const page = new Page();
page.show(data);
if (data.live !== undefined) keepLive(data.live, (data) => page.show(data));
