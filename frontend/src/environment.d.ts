/** What the build puts into the page. */

interface ImportMetaEnv {
  /** The page's version, from package.json. */
  readonly VITE_VERSION: string
}
