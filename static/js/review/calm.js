// Whether this person asked their system for no motion.
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
