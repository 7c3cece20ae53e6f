const rays = Array.from({ length: 16 }, (_, place) => {
  const angle = (place * Math.PI) / 8;
  const radius = place % 4 === 0 ? 10.5 : place % 2 === 0 ? 8 : 6.5;
  const at = (distance: number): string =>
    `${(11 + distance * Math.sin(angle)).toFixed(2)} ${(11 - distance * Math.cos(angle)).toFixed(2)}`;
  return { path: `M${at(2.2)}L${at(radius)}`, width: place % 4 === 0 ? 1.7 : place % 2 === 0 ? 1.2 : 0.7 };
});

/** The compass rose of a sea chart: Portolan's mark. */
export function Rose() {
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" fill="none" aria-hidden>
      {rays.map((ray) => (
        <path key={ray.path} d={ray.path} stroke="currentColor" strokeWidth={ray.width} strokeLinecap="round" />
      ))}
      <circle cx="11" cy="11" r="1.1" fill="var(--critical)" />
    </svg>
  );
}
