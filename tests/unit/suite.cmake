entente_unit(log entente_base)
entente_unit(metric entente_base)
