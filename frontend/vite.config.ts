import { build, defineConfig, type Plugin } from "vite";

// Old WeChat webviews: Chrome 80 and iOS 13 still load modules and dynamic imports.
const target = ["es2019", "chrome80", "safari13"];

// htmx can evaluate text from attributes; the policy of our pages forbids it, so it goes.
const withoutEval: Plugin = {
  name: "without-eval",
  transform(code, id) {
    if (!/htmx\.esm\.js$/.test(id)) return null;
    const calm = code.replace(/return eval\(str\)/, "throw new Error('no eval')");
    if (calm === code) throw new Error("htmx has changed: its eval was not found");
    return { code: calm, map: null };
  },
};

// Old browsers take a service worker as one plain file only: each is built by itself, after the pages.
const withWorker: Plugin = {
  name: "with-worker",
  apply: "build",
  async closeBundle() {
    for (const name of ["sw", "field-sw"]) await build({
      configFile: false,
      logLevel: "warn",
      publicDir: false,
      build: {
        outDir: "../src/lianxin/ui/static/lianxin",
        emptyOutDir: false,
        target,
        modulePreload: false,
        rollupOptions: { input: `src/${name}.ts`, output: { format: "iife", entryFileNames: `${name}.js` } },
      },
    });
  },
};

export default defineConfig({
  plugins: [withoutEval, withWorker],
  base: "./",
  publicDir: "public",
  logLevel: "warn",
  build: {
    outDir: "../src/lianxin/ui/static/lianxin",
    emptyOutDir: true,
    manifest: "manifest.json",
    target,
    cssTarget: target,
    cssCodeSplit: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        public: "src/public.ts",
        desk: "src/desk.ts",
        field: "src/field.ts",
        wall: "src/wall.ts",
        "public-sheet": "css/public.css",
        "staff-sheet": "css/staff.css",
        "wall-sheet": "css/wall.css",
      },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});
