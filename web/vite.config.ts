import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, loadEnv } from "vite";

// TILTH_API is where `vite dev` finds a running service.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": loadEnv(mode, ".", "TILTH_").TILTH_API ?? "http://127.0.0.1:8080" } },
}));
