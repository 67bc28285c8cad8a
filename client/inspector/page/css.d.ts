// Styles are part of the page's bundle (scripts/build.mjs).
declare module "*.css";
