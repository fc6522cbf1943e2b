// The page of the saving is complete without scripts; this one switches the theme.

import { startThemeSwitch } from "../shared/theme";

startThemeSwitch();
