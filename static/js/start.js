// The first run proposes the time zone of whoever fills it in, where none is known.
const zone = document.querySelector("[data-own-zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && zone.value === "UTC" && [...zone.options].some((option) => option.value === own)) zone.value = own;
