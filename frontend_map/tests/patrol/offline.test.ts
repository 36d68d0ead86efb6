import { describe, expect, it } from "vitest";
import { filesOf } from "../../plugins/offline";

const bundle = {
  "assets/index-1.js": { type: "chunk", isEntry: true, name: "index", imports: ["assets/shared-1.js", "assets/map-1.js"] },
  "assets/map-1.js": { type: "chunk" },
  "assets/patrol-1.js": { type: "chunk", isEntry: true, name: "patrol", imports: ["assets/shared-1.js"], viteMetadata: { importedCss: new Set(["assets/patrol-1.css"]) } },
  "assets/shared-1.js": { type: "chunk", imports: ["assets/deep-1.js"], viteMetadata: { importedCss: new Set(["assets/shared-1.css"]) } },
  "assets/deep-1.js": { type: "chunk", imports: ["assets/shared-1.js"] },
  "assets/pin-1.js": { type: "chunk", name: "PinMap" },
  "assets/patrol-1.css": { type: "asset" },
};

describe("what is kept for a page without a connection", () => {
  it("is the page's own, at any depth, with its styles, and nothing that is loaded later", () => {
    expect(filesOf("patrol", bundle)).toEqual(["assets/deep-1.js", "assets/patrol-1.css", "assets/patrol-1.js", "assets/shared-1.css", "assets/shared-1.js"]);
  });

  it("cannot be told of a page that is not built", () => {
    expect(() => filesOf("nobody", bundle)).toThrow("no entry nobody");
  });
});
