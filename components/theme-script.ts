/** Where the visitor's choice is stored. */
export const THEME_KEY = 'theme'

/**
 * Sets the chosen theme before the page is painted. Every page has it in its static shell, which has no nonce, so the
 * Content-Security-Policy allows it by its hash (`OWN_SCRIPTS` in lib/http/content-security-policy.ts).
 */
export const THEME_SCRIPT = `try{const t=localStorage.getItem('${THEME_KEY}');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`
