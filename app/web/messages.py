"""What a page says after something was done: fixed sentences by name, so that addresses carry none."""

from app.web.i18n import gettext


def _(text: str) -> str:
    """Mark a sentence for the catalogue of translations; it is translated when it is shown."""
    return text


MESSAGES = {
    "guardado": _("Se guardó."),
    "enviado": _("Se envió."),
    "idioma": _("Se cambió el idioma."),
    "equipo-quitado": _("Se quitó el equipo."),
    "texto": _("Se cambió el tamaño del texto."),
    "borrador": _("Se borró el borrador."),
    "nota": _("Se guardó la nota."),
    "aclaracion": _("Se guardó la aclaración."),
    "sesion": _("Cerró su sesión."),
    # Plans
    "plan": _("Empezó el plan. Ahora agregue los objetivos con la persona."),
    "plan_objetivo": _("Se guardó el objetivo. Ahora agregue quién hace qué y para cuándo."),
    "plan_actividad_nueva": _("Se guardó la actividad."),
    "plan_actividad": _("Se actualizó la actividad."),
    "plan_avance": _("Se guardó el avance del objetivo."),
    "plan_equipo": _("Se sumó al equipo."),
    "plan_equipo_fin": _("Terminó su parte en el equipo; su registro queda."),
    "plan_valoracion": _("Se guardó la valoración."),
    "plan_revision": _("Se guardó la revisión. El plan está en revisión: lo que cambie se firma de nuevo."),
    "plan_firma": _("Se registró la firma."),
    "plan_suscrito": _("Se registró la firma. Con ella el plan quedó suscrito."),
    "plan_version": _("Se guardó la versión del plan."),
    "plan_archivo": _("Se guardó el archivo, sin los datos ocultos que traía."),
    "plan_retirado": _("Se retiró el archivo."),
    "plan_estado": _("El plan cambió de estado."),
    "plan_cerrado": _("El plan se cerró."),
    "plan_contacto_planeado": _("Se planeó el contacto."),
    "plan_contacto": _("Se anotó el contacto."),
    "caso-abierto": _("Se abrió el caso nuevo."),
    "descarte-pedido": _("Se pidió el descarte. Espera a que lo apruebe una persona de otra unidad."),
    "cierre-pedido": _("Se pidió el cierre. Espera a que lo apruebe una persona de otra unidad."),
    "encargo": _("Se encargó el caso."),
    "estado": _("Se cambió el estado del caso."),
    "familiar": _("Se vinculó al familiar."),
    "familiar-fin": _("Se quitó el vínculo."),
    "identificacion": _("Se cambió la identificación."),
    "retiro": _("Se terminó el encargo."),
    "salida-unidad": _("Su unidad dejó de participar en el caso."),
    "sin-cambios": _("No había cambios que guardar."),
    "unidad": _("La unidad ya participa en el caso."),
    "contrasena": _("Cambió su contraseña. Sus otras sesiones terminaron."),
    "sesion-cerrada": _("La sesión terminó."),
    "sesiones-cerradas": _("Las sesiones terminaron."),
    "cuenta-cambiada": _("Se cambió la cuenta. Sus sesiones terminaron."),
    "cuenta-desactivada": _("Se desactivó la cuenta. Sus sesiones terminaron."),
    "cuenta-activada": _("La cuenta está activa de nuevo."),
    "cuenta-desbloqueada": _("La cuenta ya puede ingresar."),
    "unidad-creada": _("Se creó la unidad."),
    "unidad-cambiada": _("Se cambió la unidad."),
    "registrada": _("Se registró a la persona."),
    "duda-decidida": _("Se guardó su decisión."),
    "union-pedida": _("Se pidió unir los dos registros. Espera a una persona de otra unidad."),
    "separacion-pedida": _("Se pidió separar el registro. Espera a una persona de otra unidad."),
    "solicitud-aprobada": _("Se aprobó la solicitud y se hizo lo pedido."),
    "solicitud-rechazada": _("Se rechazó la solicitud."),
    "solicitud-retirada": _("Se retiró la solicitud."),
    "proceso-vinculado": _("Se vinculó al caso."),
    "proceso-etapa": _("Se cambió la etapa."),
    "proceso-retirado": _("Se retiró el vínculo."),
    "medida-registrada": _("Se registró la medida de protección."),
    "medida-prorrogada": _("Se prorrogó la medida de protección."),
    "medida-levantada": _("Se anotó que la medida se levantó."),
    "ruta-abierta": _("Se abrió la ruta de protección."),
    "ruta-paso": _("Se guardó el paso de la ruta."),
    "derivacion-enviada": _("Se envió la derivación. Verá aquí la respuesta."),
    "derivacion-aceptada": _("Aceptó la derivación. Ya puede abrir el caso."),
    "derivacion-rechazada": _("Rechazó la derivación."),
    "derivacion-confirmar": _("Se confirmaron las condiciones."),
    "derivacion-comenzar": _("Se anotó que el servicio comenzó."),
    "derivacion-concluir": _("Se anotó que el servicio terminó."),
    "derivacion-sin-prestacion": _("Se anotó que el servicio terminó, sin ninguna prestación registrada."),
    "derivacion-interrumpir": _("Se anotó que el servicio no sigue."),
    "prestacion-registrada": _("Se registró la prestación."),
    "prestacion-anulada": _("Se anuló la prestación."),
    "directorio": _("Se guardó en el directorio."),
    "derivacion-retirar": _("Se retiró la derivación."),
    "consentimiento-registrado": _("Se registró el consentimiento."),
    "objecion-registrada": _("Se registró la objeción: vale desde ahora."),
    "objecion-levantada": _("Se levantó la objeción."),
    "archivo-agregado": _("Se adjuntó el documento."),
    "archivo-retirado": _("Se retiró el documento."),
    "solicitud-recibida": _("Se registró la solicitud: su plazo ya corre."),
    "solicitud-paso": _("Se guardó el paso de la solicitud."),
    "solicitud-plazo": _("Se amplió el plazo."),
    "reasignado": _("Se reasignaron los casos. Cada persona recibió un aviso."),
    "aprobada": _("Se registró su aprobación."),
    "centro-confirmado": _("Se confirmaron los cupos de su centro."),
    "centro-guardado": _("Se guardó el registro de su centro."),
    "centro-local": _("Se guardó dónde está su centro."),
    "cupo-reservado": _("Se reservó el cupo por 24 horas. El centro ya ve la reserva."),
    "cupo-liberado": _("El cupo quedó libre."),
    "ingreso": _("Se registró el ingreso."),
    "lugar": _("Se anotó dónde está la persona."),
    "egreso": _("Se registró el egreso: el cupo quedó libre."),
    "busqueda": _(
        "Se registró el egreso y se avisó de inmediato a la UPE, la policía y la fiscalía del caso."
    ),
    "busqueda-llamar": _(
        "Se registró el egreso. En el caso no participan la UPE, la policía y la fiscalía: se avisó a las que"
        " están y a la UPE de su departamento. Llame ahora a las que faltan."
    ),
    "permiso": _("Se registró la salida con permiso: su cupo se guarda."),
    "retorno": _("Se registró el retorno."),
    "idoneidad": _("Se registró la evaluación de idoneidad."),
}
"""A new page adds its sentences here."""


def done_message(name: str) -> str:
    """The sentence of this name, or nothing."""
    return gettext(MESSAGES[name]) if name in MESSAGES else ""
