// Chromium without a window, spoken to over two pipes: no port, no network, no other package than nodejs and chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless=new",
  "--remote-debugging-pipe",
  "--no-first-run",
  "--no-sandbox", // a container has no user namespaces; only pages made here are opened
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  "--force-device-scale-factor=1",
  "--hide-scrollbars",
  "about:blank",
];

export class Browser {
  #child;
  #profile;
  #next = 1;
  #waiting = new Map();
  #listeners = [];
  #rest = "";

  static async start() {
    const browser = new Browser();
    browser.#profile = mkdtempSync(join(tmpdir(), "pbxsim-pages-"));
    const command = process.env.PBXSIM_CHROMIUM ?? "chromium";
    browser.#child = spawn(command, [...FLAGS, `--user-data-dir=${browser.#profile}`], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const gone = (why) => {
      for (const { reject } of browser.#waiting.values()) reject(new Error(why));
      browser.#waiting.clear();
    };
    browser.#child.on("error", (error) => gone(`${command} does not start: ${error.message}`));
    browser.#child.on("exit", (code) => gone(`${command} has ended with ${code}`));
    browser.#child.stdio[4].on("data", (data) => browser.#read(data.toString()));
    return browser;
  }

  #read(text) {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      if (message.id) {
        const { resolve, reject } = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      } else {
        for (const listener of this.#listeners) listener(message);
      }
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /// A tab; `complaints` collects whatever the console says and whatever is asked of the network.
  async tab() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, sessionId);
    this.#listeners.push((message) => message.sessionId === sessionId && tab.hear(message));
    for (const domain of ["Page", "Runtime", "Log", "Network", "DOM"]) await tab.send(`${domain}.enable`);
    return tab;
  }

  async close() {
    const ended = new Promise((resolve) => this.#child.on("exit", resolve));
    this.send("Browser.close").catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(timer);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Tab {
  complaints = [];
  requests = [];
  #loaded;

  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  hear({ method, params }) {
    if (method === "Page.loadEventFired") this.#loaded?.();
    if (method === "Runtime.consoleAPICalled") this.complaints.push(`console: ${JSON.stringify(params.args)}`);
    if (method === "Runtime.exceptionThrown") this.complaints.push(`exception: ${params.exceptionDetails.text}`);
    if (method === "Log.entryAdded") this.complaints.push(`${params.entry.source}: ${params.entry.text}`);
    if (method === "Page.javascriptDialogOpening") this.complaints.push(`dialog: ${params.message}`);
    if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
  }

  /// Opens a page at a width, light or dark, with scripts off.
  async open(url, { width, dark = false, print = false }) {
    await this.send("Emulation.setScriptExecutionDisabled", { value: true });
    await this.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
    await this.send("Emulation.setEmulatedMedia", { media: print ? "print" : "screen", features });
    const loaded = new Promise((resolve) => (this.#loaded = resolve));
    await this.send("Page.navigate", { url });
    await loaded;
  }

  /// Where every line of text is drawn, and which elements have a name, from the layout: nothing has to run in the page.
  async layout() {
    const { documents, strings } = await this.send("DOMSnapshot.captureSnapshot", { computedStyles: [] });
    const { nodes, layout, textBoxes } = documents[0];
    const texts = textBoxes.layoutIndex.map((index, i) => {
      const text = strings[layout.text[index]] ?? "";
      const [start, length] = [textBoxes.start[i], textBoxes.length[i]];
      return { text: text.slice(start, start + length).trim(), bounds: textBoxes.bounds[i] };
    });
    const ids = new Set();
    for (const attributes of nodes.attributes) {
      for (let i = 0; i < attributes.length; i += 2) {
        if (strings[attributes[i]] === "id") ids.add(strings[attributes[i + 1]]);
      }
    }
    return { texts: texts.filter(({ text, bounds }) => text && bounds[2] > 0 && bounds[3] > 0), ids };
  }

  async size() {
    const { cssContentSize } = await this.send("Page.getLayoutMetrics");
    return cssContentSize;
  }

  async screenshot() {
    const { width, height } = await this.size();
    const clip = { x: 0, y: 0, width, height: Math.min(height, 16000), scale: 1 };
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true, clip });
    return Buffer.from(data, "base64");
  }

  async pdf() {
    const { data } = await this.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true });
    return Buffer.from(data, "base64");
  }
}
